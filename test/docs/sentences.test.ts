import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Pages that people read who are no operators of it, often in a language that is not their own. */
const PAGES = ['docs/privacy.md', 'docs/phones.md'];

const SENTENCE_END = /(?<=[.!?:;]\*{0,2}\)?) +|\n+|^\| | \| /m;
const MOST_WORDS = 40;

describe.each(PAGES)('%s', (page) => {
  test(`has no sentence over ${MOST_WORDS} words`, () => {
    const text = readFileSync(path.join(__dirname, '../..', page), 'utf8');
    const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/^\|[ -|]+\|$/gm, '');
    const long = prose
      .split(SENTENCE_END)
      .filter((sentence) => (sentence.match(/[\p{L}\p{N}’'_-]+/gu) ?? []).length > MOST_WORDS);
    expect(long).toEqual([]);
  });
});
