import type { Command } from 'commander';
import { ask, QUICK_ANSWER_MS, type AnswerTo, type Asking } from '../api/ask';
import { listSeenWords } from '../api/word-operations';
import { loadConfig } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, toned, type Line } from '../terminal';
import { named, say } from './language';
import { moment } from './moments';
import { checked, jsonOption } from './checked-option';
import { command } from './summaries';

type Found = AnswerTo<typeof listSeenWords>;
type SeenWord = Found['words'][number];
type Query = Asking<typeof listSeenWords>['query'];

const { limit } = listSeenWords.query.shape;
const { minValue, maxValue } = limit.unwrap();

interface WordsOptions extends Query {
  readonly json?: true;
}

/** `waybell words`: what senders say that no table knows, and the setting that would map it. */
export function wordsCommand(): Command {
  return command('words')
    .addOption(
      checked(
        '--limit <n>',
        say({
          en: `words to show, ${minValue} to ${maxValue}`,
          zh: `显示多少个词，${minValue} 到 ${maxValue}`,
        }),
        limit,
        limit.parse(undefined),
      ),
    )
    .addOption(jsonOption())
    .action(async ({ json, ...query }: WordsOptions) => {
      const found = await ask(loadConfig(), listSeenWords, { query }, QUICK_ANSWER_MS);
      if (json) print(asJson(found));
      else tell(wordsInWords(found));
    });
}

export function wordsInWords({ words, statuses, setting }: Found, now = Date.now()): Line[] {
  if (words.length === 0)
    return [
      say({
        en: 'Every word that was seen is in a table, and none is corrected.',
        zh: '出现过的状态词都在表中，没有被更正的。',
      }),
    ];
  const lines = words.flatMap((word) => describe(word, now));
  if (!words.some(({ standing }) => standing === 'unknown')) return lines;
  const list = statuses.map((status) => `"${status}"`).join(', ');
  return [
    ...lines,
    '',
    toned('paste', `STATUS_MAP='${setting}'`),
    '',
    say({
      en: `In place of each "?" stands one of ${list}; or null, without quotes, for a word that says nothing about the parcel.`,
      zh: `每个 "?" 处填写以下之一：${list}；与包裹无关的词填 null，不带引号。`,
    }),
    say({
      en: 'Then restart, and read again what came before: npx waybell replay',
      zh: '然后重启，并重新读取之前的内容：npx waybell replay',
    }),
  ];
}

function describe(seen: SeenWord, now: number): Line[] {
  const { source, word, count, last_text: text, last_time: time, standing } = seen;
  const times = say({ en: count === 1 ? 'once' : `${count} times`, zh: `${count} 次` });
  const last = moment(time, now);
  const head = `${source}/${word}  ${times}: ${say(standingOf(seen))}`;
  return [
    standing === 'unknown' ? toned('bad', head) : head,
    `  ${say({ en: `last ${last}`, zh: `最近 ${last}` })}${text === '' ? '' : ` ${text}`}`,
  ];
}

function standingOf({ standing, means, last_read_as: read }: SeenWord): Explanation {
  if (standing === 'unknown') return { en: 'UNKNOWN, moves nothing', zh: '未知，不改变任何状态' };
  const [byTable, isCorrected] = [standing === 'known', standing === 'corrected'];
  const en = `${means ?? 'nothing'} by ${byTable ? 'its table' : 'STATUS_MAP'}${isCorrected ? ', which corrects its table' : ''}`;
  const zh = `${statusIn(means)}，按${byTable ? '其表' : ' STATUS_MAP'}${isCorrected ? '，更正了其表' : ''}`;
  if (read === means) return { en, zh };
  return {
    en: `${en}; its last scan is read as ${read ?? 'nothing'} before a replay`,
    zh: `${zh}；重放之前，其最近的扫描读作 ${statusIn(read)}`,
  };
}

const statusIn = (status: string | null): string =>
  status === null ? say({ en: 'nothing', zh: '无' }) : named('status', status);
