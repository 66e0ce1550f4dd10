import { Option, type Command } from 'commander';
import { ask, type AnswerTo, type Asking } from '../api/ask';
import { showAttention } from '../api/attention-operations';
import { loadConfig, type Config } from '../config/config';
import { checked } from './checked-option';
import { asJson, print } from '../terminal';
import { command } from './summaries';

type Page = AnswerTo<typeof showAttention>;
type Query = Asking<typeof showAttention>['query'];

const { kind, limit } = showAttention.query.shape;
const { minValue, maxValue } = limit.unwrap();
const bounds = `${minValue} to ${maxValue}`;

interface AttentionOptions extends Query {
  readonly json?: true;
}

/** `waybell attention`: all that waits, and what would end it. */
export function attentionCommand(): Command {
  return command('attention')
    .addOption(new Option('--kind <kind>', 'only this').choices(kind.unwrap().options))
    .addOption(checked('--limit <n>', `deliveries to show, ${bounds}`, limit, limit.parse(undefined)))
    .option('--after <cursor>', 'the next page, as the page before says')
    .option('--json', 'for programs')
    .action(async (options: AttentionOptions) => {
      process.exitCode = await show(loadConfig(), options);
    });
}

async function show(config: Config, { json, ...query }: AttentionOptions): Promise<number> {
  const found = await ask(config, showAttention, { query });
  print(json ? asJson(found) : inWords(found));
  return found.overdue === 0 ? 0 : 1;
}

function inWords({ counts, lists, overdue, attention, next }: Page): string {
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
    ...Object.entries(lists).map(([kind, link]) => `${kind}: ${link}`),
    ...(next === null ? [] : [`Next page: --after '${next}'`]),
  ].join('\n');
}
