import { Command, Option } from 'commander';
import { z } from 'zod';
import { loadConfig, type Config } from '../config/config';
import { ATTENTION_KINDS } from '../shipment/attention';
import { askApi } from './ask-api';

const page = z.object({
  counts: z.record(z.string(), z.number()),
  overdue: z.number(),
  attention: z.array(
    z.object({
      kind: z.string(),
      carrier: z.string().nullable(),
      tracking_no: z.string().nullable(),
      message_ids: z.array(z.string()),
      audience: z.string().nullable(),
      since: z.string(),
      until: z.string().nullable(),
      ends_by: z.string(),
      words: z.string(),
      alarm: z.boolean(),
      why: z.string().nullable(),
      workflow_id: z.string().nullable(),
      temporal_ui: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
type Page = z.infer<typeof page>;

interface AttentionOptions {
  readonly kind?: string;
  readonly after?: string;
  readonly limit: string;
  readonly json?: true;
}

/** `waybell attention`: all that waits, and what would end it. */
export function attentionCommand(): Command {
  return new Command('attention')
    .description(
      'what waits, why, until when, and what would end it; exit code 1 when anything is overdue, on this page or not',
    )
    .addOption(new Option('--kind <kind>', 'only this').choices(ATTENTION_KINDS))
    .option('--limit <n>', 'deliveries to show, 1 to 200', '50')
    .option('--after <cursor>', 'the next page, as the page before says')
    .option('--json', 'for programs')
    .action(async (options: AttentionOptions) => {
      process.exitCode = await show(loadConfig(), options);
    });
}

async function show(config: Config, { json, ...query }: AttentionOptions): Promise<number> {
  const found = await askApi(
    config,
    'GET',
    `/api/v1/attention?${new URLSearchParams(query).toString()}`,
    page,
  );
  console.log(json ? JSON.stringify(found, null, 2) : inWords(found));
  return found.overdue === 0 ? 0 : 1;
}

function inWords({ counts, overdue, attention, next }: Page): string {
  const totals = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  if (attention.length === 0 && totals.length === 0 && overdue === 0) return 'Nothing waits.';
  return [
    ...(attention.length === 0 ? ['Nothing of it is on this page.'] : []),
    ...attention.flatMap((one) => [
      [one.kind, one.carrier, one.tracking_no, one.audience, one.words].filter(Boolean).join(' '),
      `  since ${one.since}${one.until === null ? '' : ` until ${one.until}`}; ends by: ${one.ends_by}`,
      ...(one.why === null ? [] : [`  OVERDUE: ${one.why}`]),
      ...one.message_ids.map((id) => `  ${id}`),
      ...(one.temporal_ui === null ? [] : [`  ${one.temporal_ui}`]),
    ]),
    '',
    `In all: ${totals.length === 0 ? 'no deliveries' : totals.join(', ')}; overdue: ${overdue}.`,
    ...(next === null ? [] : [`Next page: --after '${next}'`]),
  ].join('\n');
}
