import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SUMMARIES } from '../../src/cli/summaries';

const ROOT = path.join(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const page = read('docs/troubles.md');
const stories = page
  .split(/^## /m)
  .slice(1)
  .map((text) => [text.split('\n')[0] ?? '', text] as const);

const COMMANDS: readonly string[] = Object.keys(SUMMARIES);
const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);

const found = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, name = '']) => name);

describe('docs/troubles.md', () => {
  test('tells the twelve troubles of the old system', () => {
    expect(stories).toHaveLength(12);
  });

  test.each(stories)(
    '%s: says what is seen, what happens and what to do, and which tests show it',
    (_, text) => {
      for (const part of ['Symptom: ', 'By itself: ', 'What you see: ', 'What to do: ', 'Shown by `test/']) {
        expect(text.split(`\n${part}`)).toHaveLength(2);
      }
      const shown = text.slice(text.indexOf('\nShown by '));
      const tests = [...shown.matchAll(/`(test\/[^`]+\.test\.ts)`/g)].map(([, file = '']) => file);
      expect(tests.length).toBeGreaterThan(0);
      expect(tests.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    },
  );

  test('names only commands and scripts that exist', () => {
    const commands = found(/npx waybell ([a-z-]+(?: verify| generate)?)/g);
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.filter((command) => !COMMANDS.includes(command))).toEqual([]);
    expect(found(/^npm (?:run )?([a-z:-]+)/gm).filter((script) => !SCRIPTS.includes(script))).toEqual([]);
  });
});

describe('the failures of a night in docs/development.md', () => {
  const rows = [...read('docs/development.md').matchAll(/^\| (.+) \| (.+) \| (.+) \| (`test\/.+`) \|$/gm)];

  test('are nine, each with a look, with what heals it, and with tests that exist', () => {
    expect(rows).toHaveLength(9);
    const files = rows.flatMap(([, , , , tests = '']) =>
      [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file),
    );
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    const commands = rows.flatMap(([row]) =>
      [...row.matchAll(/`waybell ([a-z]+(?: list| rotate)?)/g)].map(([, name = '']) => name),
    );
    expect(commands.filter((command) => !COMMANDS.includes(command))).toEqual([]);
  });
});
