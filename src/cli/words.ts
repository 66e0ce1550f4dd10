import type { Command } from 'commander';
import { ask, type AnswerTo, type Asking } from '../api/ask';
import { listSeenWords } from '../api/word-operations';
import { loadConfig } from '../config/config';
import { asJson, print } from '../terminal';
import { checked } from './checked-option';
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
      checked('--limit <n>', `words to show, ${minValue} to ${maxValue}`, limit, limit.parse(undefined)),
    )
    .option('--json', 'for programs')
    .action(async ({ json, ...query }: WordsOptions) => {
      const found = await ask(loadConfig(), listSeenWords, { query });
      print(json ? asJson(found) : inWords(found));
    });
}

function inWords({ words, statuses, setting }: Found): string {
  if (words.length === 0) return 'Every word that was seen is in a table, and none is corrected.';
  const lines = words.flatMap(describe);
  if (!words.some(({ standing }) => standing === 'unknown')) return lines.join('\n');
  return [
    ...lines,
    '',
    `STATUS_MAP='${setting}'`,
    '',
    `In place of each "?" stands one of ${statuses.map((status) => `"${status}"`).join(', ')};`,
    'or null, without quotes, for a word that says nothing about the parcel.',
    'Then restart, and read again what came before: npx waybell replay',
  ].join('\n');
}

function describe(seen: SeenWord): string[] {
  const { source, word, count, last_text: text, last_time: time } = seen;
  const times = count === 1 ? 'once' : `${count} times`;
  return [
    `${source}/${word}  ${times}: ${standingOf(seen)}`,
    `  last ${time}${text === '' ? '' : ` ${text}`}`,
  ];
}

function standingOf({ standing, means, last_read_as: read }: SeenWord): string {
  if (standing === 'unknown') return 'UNKNOWN, moves nothing';
  const meaning = `${means ?? 'nothing'} by ${standing === 'known' ? 'its table' : 'STATUS_MAP'}`;
  const corrected = standing === 'corrected' ? ', which corrects its table' : '';
  return `${meaning}${corrected}${read === means ? '' : `; its last scan is read as ${read ?? 'nothing'} before a replay`}`;
}
