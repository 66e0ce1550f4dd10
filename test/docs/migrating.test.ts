import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SETTING_NAMES } from '../../src/config/config';
import { OBSOLETE_SETTINGS } from '../../src/config/obsolete-settings';
import { useDatabase } from '../setup/database';

const page = readFileSync(path.join(__dirname, '../../docs/migrating.md'), 'utf8');

const settings = (page.split('## Settings')[1] ?? '').split('\n## ')[0] ?? '';
/** The first cell of each row of the table of settings, with the rest of the row. */
const rows = settings
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').slice(1, -1));
const codesIn = (text = ''): string[] => [...text.matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, code = '']) => code);

const blocks = [...page.matchAll(/^ *```sql\n([\s\S]*?)^ *```$/gm)].map(([, sql = '']) => sql);

describe('docs/migrating.md', () => {
  const db = useDatabase('seed');

  test('names every old setting that the start names, and no other', () => {
    const named = rows.flatMap(([old]) => codesIn(old)).filter((name) => !SETTING_NAMES.includes(name));
    expect(named.sort()).toEqual(Object.keys(OBSOLETE_SETTINGS).sort());
  });

  test.each(rows)('gives%sa successor that exists', (_old, successor) => {
    expect(codesIn(successor).filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
  });

  test('has SQL that runs on a migrated database of the old system, in the order of the page', async () => {
    expect(blocks.length).toBeGreaterThan(8);
    for (const sql of blocks) await db.pool.query(sql);
  });
});
