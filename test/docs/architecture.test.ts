import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const page = readFileSync(path.join(ROOT, 'docs/architecture.md'), 'utf8');

type Rooms = Readonly<Record<string, { readonly knows: readonly string[] }>>;

/** The cells of the rows of the table of rooms, by the room of the first. */
const rows = new Map(
  [...page.matchAll(/^\| `(\w+)` \| (.+) \| .*\|$/gm)].map(([, room = '', knows = '']) => [room, knows]),
);

describe('docs/architecture.md', () => {
  test('maps every room and every root file of src', () => {
    const map = /```\nsrc\/\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const drawn = [...map.matchAll(/^ {2}([\w-]+(?:\/|\.ts)) /gm)].map(([, name = '']) => name);
    const there = readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }).map((entry) =>
      entry.isDirectory() ? `${entry.name}/` : entry.name,
    );
    expect(drawn.sort()).toEqual(there.sort());
  });

  test('says of every room what lint lets it know', async () => {
    const { ROOMS } = (await import(path.join(ROOT, '.dependency-cruiser.mjs'))) as { readonly ROOMS: Rooms };
    for (const [room, { knows }] of Object.entries(ROOMS)) {
      for (const known of knows) {
        const [, negated = '', name = ''] = /^(\(\?!)?(\w+)/.exec(known) ?? [];
        expect(`${room}: ${rows.get(room) ?? 'missing'}`).toContain(
          negated === '' ? `\`${name}\`` : `everything but \`${name}\``,
        );
      }
    }
  });
});
