import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig, SETTING_NAMES } from '../../src/config/config';

/** What is between backticks. */
const literal = (cell = ''): string => /^`(.+)`$/.exec(cell)?.[1] ?? '';

const page = readFileSync(path.join(__dirname, '../../docs/settings.md'), 'utf8');

/** The rows of all tables that begin with the name of a variable. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, name, , byDefault, example, required]) => ({
    name: literal(name),
    byDefault: literal(byDefault),
    example: literal(example),
    inProduction: required !== 'never in production',
  }));

describe('docs/settings.md', () => {
  test('names every variable once, and none that does not exist', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...SETTING_NAMES].sort());
  });

  test.each(rows.filter(({ byDefault }) => byDefault !== ''))(
    'says of $name the real default, $byDefault',
    ({ name, byDefault }) => {
      expect(loadConfig({ [name]: byDefault })).toEqual(loadConfig({}));
    },
  );

  test.each(rows)('shows an example of $name that makes a difference', ({ byDefault, example }) => {
    expect(example).not.toBe('');
    expect(example).not.toBe(byDefault);
  });

  test('shows examples that are accepted all together', () => {
    const examples = rows.filter(({ inProduction }) => inProduction);
    const everything = Object.fromEntries(examples.map(({ name, example }) => [name, example]));
    expect(loadConfig(everything)).toMatchObject({ production: true, port: 8080, deviceRegistration: 'jwt' });
  });

  test('shows the whole of SHOP_TABLES as it is by default', () => {
    const shown = /^```json\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
    expect(JSON.parse(shown)).toEqual(loadConfig({}).shopTables);
  });
});
