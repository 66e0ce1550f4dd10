import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig, SETTING_NAMES } from '../../src/config/config';
import { mappedFacts } from '../../src/config/shop-tables';

/** What is between backticks. */
const literal = (cell = ''): string => /^`(.+)`$/.exec(cell)?.[1] ?? '';

const read = (name: string): string => readFileSync(path.join(__dirname, '../../docs', name), 'utf8');
const page = read('settings.md');

/** The rows of all tables that begin with the name of a variable. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, , byDefault, example, required = '']) => ({
      name: literal(name),
      byDefault: literal(byDefault),
      example: literal(example),
      inProduction: !['never in production', '绝不用于生产环境'].includes(required),
    }));
const rows = rowsOf(page);

/** In place of the examples, which anybody can read. */
const OWN_SECRETS = {
  API_KEYS: '0b64f7f1f4c2a7d0c7a84c9e1d3b5f62',
  WEBHOOK_SECRETS: 'whsec_q2V5cyBhcmUgbWFkZSBieSBvcGVuc3Ns',
  SUPABASE_JWT_SECRET: 'Zk3vQm8xT1rY6uWc0pLs9dNf',
  PICKUP_CODE_KEYS: '7d41c09be2f853a6d0c97b1e4a86f235',
};

describe('docs/settings.md', () => {
  test('names every variable once, and none that does not exist', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...SETTING_NAMES].sort());
  });

  test('has the same rows in Chinese', () => {
    expect(rowsOf(read('settings.zh-CN.md'))).toEqual(rows);
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
    const everything = {
      ...Object.fromEntries(examples.map(({ name, example }) => [name, example])),
      ...OWN_SECRETS,
    };
    expect(loadConfig(everything)).toMatchObject({ production: true, port: 8080, deviceRegistration: 'jwt' });
  });

  test.each(rows.filter(({ name }) => name in OWN_SECRETS))(
    'shows a secret for $name that no start on a database of the shop takes',
    ({ name, example }) => {
      const others = { DATABASE_URL: 'postgresql://127.0.0.1/shop', CLOUD_FUNC_URL: 'http://127.0.0.1/push' };
      expect(() => loadConfig({ ...others, ...OWN_SECRETS, [name]: example })).toThrow(
        `${name}: a secret is published in a documentation`,
      );
    },
  );

  test.each([
    ['settings.md', page],
    ['shop.md', read('shop.md')],
  ])('shows in %s what SHOP_TABLES takes', (_name, text) => {
    const shown = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = '']) => json);
    expect(shown.length).toBeGreaterThan(1);
    for (const SHOP_TABLES of shown) expect(() => loadConfig({ SHOP_TABLES })).not.toThrow();
  });

  test('shows every optional part of SHOP_TABLES', () => {
    const [, optional = ''] = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = '']) => json);
    const { waybills, orders, members } = loadConfig({ SHOP_TABLES: optional }).shopTables;
    const mapped = mappedFacts({ waybills, orders }).map(({ setting }) => setting);
    expect(mapped).toHaveLength(7);
    expect(members).toBeDefined();
  });

  test('shows the whole of SHOP_TABLES as it is by default', () => {
    const shown = /^```json\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
    expect(JSON.parse(shown)).toEqual(loadConfig({}).shopTables);
  });
});
