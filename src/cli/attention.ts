import { Option, type Command } from 'commander';
import { ask, type AnswerTo, type Asking } from '../api/ask';
import { showAttention } from '../api/attention-operations';
import { loadConfig, type Config } from '../config/config';
import { asJson, print, tell, toned, type Line } from '../terminal';
import { checked, jsonOption } from './checked-option';
import { EXIT } from './exit-codes';
import { nameOf, named, say, spokenLanguage } from './language';
import { moment } from './moments';
import { command } from './summaries';

export type AttentionPage = AnswerTo<typeof showAttention>;
type Entry = AttentionPage['attention'][number];
type Query = Asking<typeof showAttention>['query'];

const { kind, limit } = showAttention.query.shape;
const { minValue, maxValue } = limit.unwrap();

interface AttentionOptions extends Query {
  readonly json?: true;
}

/** `waybell attention`: all that waits, and what would end it. */
export function attentionCommand(): Command {
  return command('attention')
    .addOption(
      new Option('--kind <kind>', say({ en: 'only this', zh: '只看这一种' })).choices(kind.unwrap().options),
    )
    .addOption(
      checked(
        '--limit <n>',
        say({
          en: `deliveries to show, ${minValue} to ${maxValue}`,
          zh: `显示多少个投递，${minValue} 到 ${maxValue}`,
        }),
        limit,
        limit.parse(undefined),
      ),
    )
    .option(
      '--after <cursor>',
      say({ en: 'the next page, as the page before says', zh: '下一页，取自上一页的说明' }),
    )
    .addOption(jsonOption())
    .action(async (options: AttentionOptions) => {
      process.exitCode = await show(loadConfig(), options);
    });
}

async function show(config: Config, { json, ...query }: AttentionOptions): Promise<number> {
  const found = await ask(config, showAttention, { query });
  if (json) print(asJson(found));
  else tell(attentionInWords(found));
  return found.overdue === 0 ? EXIT.ok : EXIT.trouble;
}

/** @param now milliseconds since 1970 */
export function attentionInWords(
  { counts, lists, overdue, attention, next }: AttentionPage,
  now = Date.now(),
): Line[] {
  const totals = Object.entries(counts).map(([one, count]) => `${count} ${named('kind', one)}`);
  if (attention.length === 0 && totals.length === 0 && overdue === 0)
    return [say({ en: 'Nothing waits.', zh: '没有等待的内容。' })];
  const none = { en: 'no deliveries', zh: '没有投递' };
  const sum = {
    en: `In all: ${totals.join(', ') || none.en}; overdue: ${overdue}.`,
    zh: `合计：${totals.join('，') || none.zh}；已超时：${overdue}。`,
  };
  return [
    ...(attention.length === 0
      ? [say({ en: 'Nothing of it is on this page.', zh: '本页没有内容。' })]
      : attention.flatMap((one) => describe(one, now))),
    '',
    overdue === 0 ? say(sum) : toned('bad', say(sum)),
    ...Object.entries(lists).map(([one, link]) => `${one}: ${link}`),
    ...(next === null ? [] : [say({ en: `Next page: --after '${next}'`, zh: `下一页：--after '${next}'` })]),
  ];
}

function describe(entry: Entry, now: number): Line[] {
  const { carrier, tracking_no: number, since, until, explanation, alarm_explanation: alarm } = entry;
  const audience = entry.audience === null ? '' : named('audience', entry.audience);
  const head = [named('kind', entry.kind), carrier, number, audience].filter(Boolean).join(' ');
  const from = moment(since, now);
  const to = until === null ? undefined : moment(until, now);
  return [
    toned(alarm === null ? 'waits' : 'bad', head),
    ...(explanation === null ? [] : [`  ${say(explanation)}`]),
    `  ${say({
      en: `since ${from}${to === undefined ? '' : `, until ${to}`}; ends by: ${entry.ends_by}`,
      zh: `开始于 ${from}${to === undefined ? '' : `，截止 ${to}`}；结束条件：${endIn(entry)}`,
    })}`,
    ...(alarm === null
      ? []
      : [toned('bad', `  ${say({ en: `OVERDUE: ${alarm.en}`, zh: `已超时：${alarm.zh}` })}`)]),
    ...entry.message_ids.map((id) => toned('soft', `  ${id}`)),
    ...(entry.temporal_ui === null ? [] : [toned('soft', `  ${entry.temporal_ui}`)]),
  ];
}

/** What would end it; in English the API says it. */
const endIn = ({ kind: code, ends_by: words }: Entry): string =>
  spokenLanguage() === 'en' ? words : nameOf('endsBy', code);
