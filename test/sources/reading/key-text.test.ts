import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { keyText } from '../../../src/sources/reading/key-text';

interface Recorded {
  readonly text: string;
  readonly max: number;
  readonly key: string;
}

/** What the first release made of each text, by its own code. */
const RECORDED = JSON.parse(
  readFileSync(path.join(__dirname, 'key-text.json'), 'utf8'),
) as readonly Recorded[];

test('the text by which a scan is known is what the first release made of it, for ever', () => {
  expect(RECORDED.length).toBeGreaterThan(60);
  const now = RECORDED.map((recorded) => ({
    ...recorded,
    key: keyText(recorded.text, recorded.max, '7731234567890'),
  }));
  expect(now).toEqual(RECORDED);
});
