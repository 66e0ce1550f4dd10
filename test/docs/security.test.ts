import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const page = read('SECURITY.md');

/** The table of attackers: a cell each for who, by which door, what stops it, what remains. */
const [, section = ''] = page.split(/^## Who attacks.*$/m);
const attackers = [...section.matchAll(/^\| (\*\*.+) \|$/gm)].map(([, row = '']) => row.split(' | '));

const CODE = /`([^`\n]+)`/g;
const TEST_FILE = /^test\/\S+\.test\.ts$/;
const named = (text: string): string[] => [...text.matchAll(CODE)].map(([, name = '']) => name);
const SENTENCE_END = /(?<=[.!?:;]\*{0,2}\)?) +|\n+|^\| | \| /m;
const MOST_WORDS = 40;

describe('SECURITY.md', () => {
  test('has who, door, protection and remainder of every attacker that a shop asks about', () => {
    expect(attackers.map((row) => row.length)).toEqual(attackers.map(() => 4));
    const who = attackers.map(([first = '']) => first).join('\n');
    for (const one of ['leaked URL', 'account', 'customer', 'reverse engineer', 'narrow key'])
      expect(who).toContain(one);
    for (const one of ['on the machine', 'in the network', 'Web UI', 'backup', 'dependency'])
      expect(who).toContain(one);
  });

  test.each(attackers.map(([who = '', , stops = '', remains = '']) => ({ who, stops, remains })))(
    'proves by tests what stops $who, and says what remains',
    ({ stops, remains }) => {
      expect(named(stops).filter((name) => TEST_FILE.test(name))).not.toEqual([]);
      // Each sentence of protection has its proof, or says that there is none.
      for (const sentence of stops.split(/(?<=\.) (?=[A-Z])/))
        expect(sentence).toMatch(/`test\/|^Nothing tells|^Keys of push providers stay/);
      expect(remains.length).toBeGreaterThan(20);
    },
  );

  test.each([...new Set(named(page).filter((name) => /^(test|src|docs|temporal)\//.test(name)))])(
    'names a file that is there: %s',
    (file) => {
      expect(existsSync(path.join(ROOT, file))).toBe(true);
    },
  );

  test('names tests by words that they have', () => {
    const quoted = [...page.matchAll(/`(test\/\S+)`, “([^”]+)”/g)];
    expect(quoted).not.toEqual([]);
    for (const [, file = '', words = ''] of quoted) expect(read(file)).toContain(words);
  });

  test.each([...new Set([...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link))])(
    'links to a heading that is there: %s',
    (link) => {
      const [file = '', anchor] = link.split('#');
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, '')
          .replaceAll(' ', '-'),
      );
      if (anchor !== undefined) expect(headings).toContain(anchor);
    },
  );

  test(`has no sentence over ${MOST_WORDS} words`, () => {
    const prose = page.replace(/`test\/[^`]+`/g, '').replace(/^\|[ -|]+\|$/gm, '');
    const long = prose
      .split(SENTENCE_END)
      .filter((sentence) => (sentence.match(/[\p{L}\p{N}’'-]+/gu) ?? []).length > MOST_WORDS);
    expect(long).toEqual([]);
  });

  test.each(['README.md', 'README.zh-CN.md'])('is linked from %s', (readme) => {
    expect(read(readme)).toContain('](SECURITY.md)');
  });
});

test('every package is fixed by the digest of its bytes', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { integrity?: string; link?: boolean }>;
  };
  const others = Object.entries(packages).filter(([name]) => name !== '');
  expect(others.length).toBeGreaterThan(100);
  expect(others.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))).toEqual([]);
});
