import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/project-root';

/** Where `npm run fuzz:install` puts it. */
const PROGRAM = path.join(PROJECT_ROOT, 'node_modules/.cache/schemathesis/bin/schemathesis');
const COMMON_CONFIG = path.join(PROJECT_ROOT, 'test/fuzz/schemathesis.toml');
/** Of the requests that have a parameter of this name, so many give a value of ours; the others are made up. */
const KNOWN_SHARE = 0.6;

export interface Fuzz {
  readonly api: string;
  /** For the configuration and the report. */
  readonly folder: string;
  /** With every request: who asks. */
  readonly headers: Readonly<Record<string, string>>;
  /** By parameter, values that name something: `{ 'path.retry_id': ['…'] }`. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** The same one makes the same requests, as long as the answers are the same. */
  readonly seed: number;
  /** Made-up requests for each operation; those at the bounds of its schemas come besides. */
  readonly examples: number;
}

/** A part of Schemathesis's report. Operations are named as `GET /readyz`. */
export interface FuzzReport {
  readonly complete: boolean;
  readonly operations: { readonly total: number; readonly tested: number };
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly unknown[];
  readonly errors: readonly unknown[];
  /** Those that answered 401 or 403 each time. */
  readonly warnings: { readonly missing_auth: readonly string[] };
}

/** @throws {Error} when it is not installed; says how to */
export function findSchemathesis(): string {
  if (existsSync(PROGRAM)) return PROGRAM;
  throw new Error(
    'There is no Schemathesis here. These tests need: npm run fuzz:install (with Python 3.10 and venv; Debian: apt-get install python3-venv)',
  );
}

/**
 * Sends requests that fit the description of the API, and requests that do not, and compares the answers with it.
 * @throws {Error} with what Schemathesis has printed, when an answer does not fit
 */
export async function fuzz(run: Fuzz): Promise<FuzzReport> {
  const { api, folder, headers, seed, examples } = run;
  const [description, config, report] = ['openapi.json', 'fuzz.toml', 'report.json'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  // From a file: Schemathesis leaves out the operation that it has the description from.
  await writeFile(description, await (await fetch(`${api}/openapi.json`)).text());
  await writeFile(config, (await readFile(COMMON_CONFIG, 'utf8')) + knownValues(run.known));
  const args = [
    ...['--config-file', config, 'run', description, '--url', api],
    ...['--seed', `${seed}`, '--max-examples', `${examples}`, '--no-color'],
    ...['--report', 'json', '--report-json-path', report],
    ...Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
  ];
  const child = spawn(findSchemathesis(), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(printed);
  return JSON.parse(await readFile(report, 'utf8')) as FuzzReport;
}

/** As TOML, whose basic strings are JSON's. */
function knownValues(known: Fuzz['known']): string {
  const entries = Object.entries(known);
  const values = entries.map(([, texts], index) => `values-${index} = { values = ${JSON.stringify(texts)} }`);
  const parameters = entries.map(
    ([name], index) =>
      `${JSON.stringify(name)} = { dictionary = "values-${index}", probability = ${KNOWN_SHARE} }`,
  );
  return ['\n[dictionaries]', ...values, '\n[parameters]', ...parameters, ''].join('\n');
}
