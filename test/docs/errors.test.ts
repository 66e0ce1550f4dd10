import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERRORS } from '../../src/errors';

/** The cells of every table row of the page that begins with a code. */
const rows = readFileSync(path.join(__dirname, '../../docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const catalogue = Object.entries(ERRORS).map(([code, error]) => [
  `\`${code}\``,
  ...(error.kind === 'http' ? [String(error.status)] : []),
  error.retry ? 'yes' : 'no',
  error.meaning,
  error.nextStep,
]);

describe('docs/errors.md', () => {
  test.each(catalogue)('says of %s what the catalogue says', (...cells) => {
    expect(rows).toContainEqual(cells);
  });

  test('says nothing that the catalogue does not know, and nothing twice', () => {
    expect(rows.map(([code]) => code).sort()).toEqual(catalogue.map(([code]) => code).sort());
  });
});
