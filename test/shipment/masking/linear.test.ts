import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { ACCOUNTS } from '../../../src/shipment/masking/accounts';
import { ADDRESSES } from '../../../src/shipment/masking/addresses';
import { CODES } from '../../../src/shipment/masking/codes';
import { NAMES } from '../../../src/shipment/masking/names';
import { NUMBERS } from '../../../src/shipment/masking/numbers';
import { MASK } from '../../../src/shipment/masking/rule';
import { PROJECT_ROOT } from '../../../src/project-root';

const ALL = [...ACCOUNTS, ...ADDRESSES, ...CODES, ...NAMES, ...NUMBERS];

interface Linted {
  readonly messages: readonly {
    readonly ruleId: string | null;
    readonly message: string;
    readonly line: number;
  }[];
}

/** What lint says of a script; under `web/` it looks at expressions and needs no types. */
function lint(script: string): Linted['messages'] {
  const args = [
    'node_modules/eslint/bin/eslint.js',
    '--stdin',
    '--stdin-filename',
    'web/script.js',
    '--format',
    'json',
  ];
  const { stdout } = spawnSync(process.execPath, args, {
    cwd: PROJECT_ROOT,
    input: script,
    encoding: 'utf8',
  });
  const [linted] = JSON.parse(stdout) as readonly Linted[];
  return (linted?.messages ?? []).filter(({ ruleId }) => ruleId === null || ruleId.startsWith('regexp/'));
}

describe('the expressions of the masking', () => {
  // In its files lint sees them in parts only.
  test('take no longer than their input is long, put together', () => {
    const script = ALL.map(([find], at) => `export const rule${at} = ${String(find)};`).join('\n');
    expect(lint(script)).toEqual([]);
    expect(lint('export const rule = /a+b/;')).toMatchObject([{ ruleId: 'regexp/no-super-linear-move' }]);
  });

  test('look at every place of a text, and put a mask', () => {
    for (const [find, put] of ALL) {
      expect(find.flags).toMatch(/^gi?u$/);
      expect([MASK, `$1${MASK}`]).toContain(put);
    }
  });
});
