import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const MOST_WORDS = 40;

/** What people read who look for help, often in a language that is not their own. */
const PAGES = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md') && !name.endsWith('.zh-CN.md'))
    .map((name) => `docs/${name}`),
];

const FENCED = /^( *)```.*\n[\s\S]*?^\1```$/gm;
const TAG = /<[^<>]+>/g;
const SENTENCE_END = /(?<=[.!?][*_”"')]*) +(?=\S)/;

/** What is read in one go: a paragraph, a heading, an item of a list or a cell of a table; no code block, no picture. */
function passagesOf(page: string): string[] {
  const passages = [''];
  for (const line of page.replace(FENCED, '').replace(TAG, '').split('\n')) {
    const [, mark, text = ''] = /^\s*(\||#+ |> |- |\d+\. )?(.*)$/.exec(line) ?? [];
    if (mark === '|') passages.push(...text.split(/(?<!\\)\|/), '');
    else if (text === '') passages.push('');
    else if (mark === undefined) passages.push(`${passages.pop()} ${text}`);
    else passages.push(text, ...(mark.startsWith('#') ? [''] : []));
  }
  return passages;
}

/** Words as a reader counts them: what stands between blanks, code too, but no address of a link. */
const wordsIn = (sentence: string): number =>
  sentence
    .replace(/\]\([^)]*\)/g, ']')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

const longSentencesOf = (page: string): string[] =>
  passagesOf(page)
    .flatMap((passage) => passage.trim().split(SENTENCE_END))
    .filter((sentence) => wordsIn(sentence) > MOST_WORDS);

describe(`no sentence has more than ${MOST_WORDS} words`, () => {
  test.each(PAGES)('%s', (page) => {
    expect(longSentencesOf(readFileSync(path.join(ROOT, page), 'utf8'))).toEqual([]);
  });

  test('and whoever writes a longer one is told, wherever it stands', () => {
    const long = `${'word '.repeat(MOST_WORDS)}end.`;
    const short = `Short. ${'word '.repeat(MOST_WORDS - 1)}end.`;
    for (const place of [
      long,
      `- ${long}`,
      `1. ${long}`,
      `| cell | ${long} |`,
      `## ${long}`,
      `Line\nand ${long}`,
    ])
      expect(longSentencesOf(place)).toHaveLength(1);
    for (const place of [
      short,
      `- ${short}\n- ${short}`,
      `| ${short} | ${short} |`,
      `\`\`\`\n${long}\n\`\`\``,
    ])
      expect(longSentencesOf(place)).toEqual([]);
  });
});
