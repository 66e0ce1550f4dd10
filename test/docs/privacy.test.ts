import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { retentionFields } from '../../src/config/retention';

const ROOT = path.join(__dirname, '../..');
const MIGRATIONS = 'src/database/migrations';
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const page = read('docs/privacy.md');

const migrations = readdirSync(path.join(ROOT, MIGRATIONS)).map((name) => read(`${MIGRATIONS}/${name}`));
const TABLE = /create table (?:if not exists )?(?:waybell|public)\.(\w+)/g;
const tables = new Set(migrations.flatMap((sql) => [...sql.matchAll(TABLE)].map(([, name = '']) => name)));

describe('docs/privacy.md', () => {
  test.each([...tables])('says what of people is in the table %s, and for how long', (table) => {
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes(`\`${table}\``));
    expect(rows).not.toEqual([]);
    expect(rows.map((row) => row.split(' | ').length)).toEqual(rows.map(() => 4));
  });

  test.each(Object.keys(retentionFields))('names %s where it says for how long', (setting) => {
    expect(page).toContain(`\`${setting}\``);
  });

  test.each(['README.md', 'SECURITY.md', 'docs/operating.md', 'docs/production.md'])(
    'is linked from %s',
    (file) => {
      expect(read(file)).toMatch(/\]\((docs\/)?privacy\.md/);
    },
  );
});
