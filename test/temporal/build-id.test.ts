import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildIdOf } from '../../temporal/bundle-workflows';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-build-id-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function idOf(code: string): Promise<string> {
  const file = path.join(folder, 'bundle.js');
  await writeFile(file, code);
  return buildIdOf(file);
}

test('the same workflow code is the same build on every machine, other code another one', async () => {
  const here = await idOf('run();\n//# sourceMappingURL=data:,/opt/here');
  expect(here).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/);
  expect(await idOf('run();\n//# sourceMappingURL=data:,/srv/there')).toBe(here);
  expect(await idOf('run();')).toBe(here);
  expect(await idOf('walk();\n//# sourceMappingURL=data:,/opt/here')).not.toBe(here);
});
