import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { OPERATIONS } from '../../src/api/operations';
import { useBareApi } from '../api/bare-api';
import { use } from '../setup/use';

const page = readFileSync(path.join(__dirname, '../../docs/http.md'), 'utf8');
/** The page in pieces, each from the heading of one route to the next heading. */
const sections = page.split(/^(?=#{1,3} )/m).flatMap((text) => {
  const [, route] = /^### `([A-Z]+ \S+)`$/m.exec(text) ?? [];
  return route === undefined ? [] : [{ route, text }];
});

const documented = OPERATIONS.map((operation) => ({
  ...operation,
  route: `${operation.method.toUpperCase()} ${operation.path}`,
}));

describe('docs/http.md', () => {
  // Nothing is there: a route that exists says so, or refuses for another reason than being unknown.
  const bare = useBareApi();
  const api = use(() => bare.serve());

  test('shows all routes, in the order of the OpenAPI document', () => {
    expect(sections.map(({ route }) => route)).toEqual(documented.map(({ route }) => route));
  });

  test('says of every route that asks for a key which scopes open it, and whether persons come too', () => {
    const [, table = ''] = /^\| route \| scope .*\n\| --- .*\n((?:\|.*\n)+)/m.exec(page) ?? [];
    const rows = documented.flatMap(({ route, access }) => {
      if (typeof access !== 'object') return [];
      const scopes = access.scopes.map((scope) => `\`${scope}\``).join(' or ');
      return `| \`${route}\` | ${scopes} | ${access.persons ? 'their own' : 'no'} |\n`;
    });
    expect(table).toBe(rows.join(''));
  });

  test.each(documented)('$route exists', async ({ method, path: route }) => {
    const { status, json } = await api.call(method.toUpperCase(), route.replace(/\{\w+\}/g, 'example'));
    expect(['route-unknown', 'method-not-allowed']).not.toContain(json['code']);
    expect(status).toBeLessThan(504);
  });

  test.each(documented)('shows of $route the examples of the OpenAPI document', ({ route, examples }) => {
    const { text } = sections.find((section) => section.route === route) ?? { text: '' };
    const shown = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(
      ([, json = '']) => JSON.parse(json) as unknown,
    );
    expect(shown).toEqual([examples?.body, examples?.answer].filter((example) => example !== undefined));
  });

  test.each(documented)('names every field that $route takes', ({ route, body, query }) => {
    const { text } = sections.find((section) => section.route === route) ?? { text: '' };
    const fields = Object.keys({ ...body?.shape, ...query?.shape });
    expect(fields.filter((field) => !text.includes(field))).toEqual([]);
  });
});
