import { expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { runInThisContext } from 'node:vm';
import { CARRIERS } from '../../src/shipment/carrier-names';
import type { Source } from '../../src/sources/source';
import { conditionsOf } from '../sources/requests';

const ROOT = path.join(__dirname, '../..');
const FILE = path.join(ROOT, 'src/sources/swift-parcel.ts');

/** The source that the page shows. */
const shown = (): string => {
  const [, code = ''] =
    /^```ts\n([\s\S]+?)^```$/m.exec(readFileSync(path.join(ROOT, 'docs/sources.md'), 'utf8')) ?? [];
  return code;
};

/** What the compiler says of it, as if it stood beside the others. */
function complaintsOf(code: string): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file)).config,
    ts.sys,
    ROOT,
  );
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([FILE], options, {
    ...host,
    fileExists: (file) => file === FILE || host.fileExists(file),
    getSourceFile: (file, ...rest) =>
      file === FILE ? ts.createSourceFile(file, code, rest[0]) : host.getSourceFile(file, ...rest),
  });
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(FILE))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

type Load = (require: (name: string) => unknown, exports: object) => void;

async function run(code: string): Promise<Source> {
  const names = [...code.matchAll(/from '\.\/([\w/-]+)'/g)].map(([, name = '']) => name);
  const modules = new Map<string, unknown>();
  for (const name of names) modules.set(`./${name}`, await import(`../../src/sources/${name}`));
  const { outputText } = ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
  const exported: { swiftParcel?: Source } = {};
  // The page of this repository, and nobody else's.
  const load = runInThisContext(`(require, exports) => {${outputText}}`) as Load;
  load((name) => modules.get(name), exported);
  return exported.swiftParcel as Source;
}

test('the source that the page shows is one that the compiler takes', () => {
  expect(shown()).toContain('export const swiftParcel: Source');
  expect(complaintsOf(shown())).toEqual([]);
  expect(complaintsOf(shown().replace("MOVING: 'in_transit'", "MOVING: 'moving'"))).toHaveLength(1);
});

test('the source that the page shows reads what its carrier signed', async () => {
  const source = await run(shown());
  const scan = { at: '2026-03-02 11:00:00', code: 'VAN', text: 'On its way' };
  const body = Buffer.from(JSON.stringify({ parcels: [{ number: 'SP000001', scans: [scan] }] }));
  const signature = createHmac('sha256', 'secret').update(body).digest('hex');
  const conditions = conditionsOf(Date.UTC(2026, 2, 2, 12));
  const request = { body, headers: { 'x-swift-signature': signature } };
  expect(source.verify?.(request, ['secret'], conditions)).toEqual({ ok: true });
  expect(source.verify?.(request, ['another'], conditions)).toMatchObject({ ok: false });
  expect(source.parse(request, conditions)).toMatchObject({
    flaws: [],
    updates: [
      {
        source: 'swift-parcel',
        trackingNo: 'SP000001',
        events: [{ time: '2026-03-02T10:00:00.000Z', status: 'out_for_delivery' }],
      },
    ],
  });
});

test.each([
  ['sources.md', 'Carriers'],
  ['sources.zh-CN.md', '承运商'],
])('%s shows the whole table of carriers', (name, heading) => {
  const page = readFileSync(path.join(ROOT, 'docs', name), 'utf8');
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const rows = section.split(/^## /m)[0]?.match(/^\| `.+$/gm) ?? [];
  const wordsOf = (row: string): string[] =>
    row.split(/[|,]/).flatMap((cell) => cell.replaceAll('`', '').trim() || []);
  expect(rows.map(wordsOf)).toEqual(
    CARRIERS.map(({ code, chinese, kuaidi100, kdniao, seventeenTrack, others }) => [
      ...[code, ...chinese, ...kuaidi100, ...kdniao],
      ...[...seventeenTrack, ...others],
    ]),
  );
});
