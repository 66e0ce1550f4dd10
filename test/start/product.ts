import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/project-root';
import { ANY_AGE } from '../setup/any-age';
import { freePorts } from '../setup/free-port';
import { eventually } from '../setup/processes';

const MAIN = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');
/** Includes initdb and a Temporal server on a busy machine. */
const READY_TIMEOUT_MS = 150_000;

export interface Product {
  readonly pid: number;
  /** Everything it has written to its console so far. */
  output(): string;
  /** Waits for the block that says it is ready; fails at once when it ends before. */
  ready(): Promise<void>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits until it ends by itself. */
  readonly exitCode: Promise<number | null>;
}

export interface Settings extends Record<string, string> {
  readonly PORT: string;
  readonly PUSH_PORT: string;
  readonly DATA_DIR: string;
}

/** A folder and ports of its own: a Waybell that runs beside is not disturbed. Who asks deletes the folder. */
export async function ownSettings(): Promise<Settings> {
  const names = ['PORT', 'PUSH_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'];
  const ports = await freePorts(names.length);
  return {
    ...Object.fromEntries(names.map((name, index) => [name, `${ports[index]}`])),
    PORT: `${ports[0]}`,
    PUSH_PORT: `${ports[1]}`,
    DATA_DIR: await mkdtemp(path.join(tmpdir(), 'waybell-start-')),
    MAX_AGE_HOURS: JSON.stringify(ANY_AGE.maxAgeHours),
  };
}

/** Runs `waybell <command>` as a user would, with these settings only. `main`: of another release; `node`: another. */
export function runProduct(
  command: readonly string[],
  settings: Record<string, string>,
  { main = MAIN, node = process.execPath }: { readonly main?: string; readonly node?: string } = {},
): Product {
  return follow(node, [main, ...command], settings);
}

/** Asks a Waybell that runs whether everything that it accepted is accounted for; says what is not. */
export async function requireClosedLedger(settings: Record<string, string>): Promise<void> {
  const ledger = runProduct(['ledger', '--since', '1h'], settings);
  if ((await ledger.exitCode) !== 0) throw new Error(ledger.output());
}

/**
 * Runs `npm start <options>` in a package that has the start script and none of the others: those would compile
 * what other suites run at this moment.
 */
export async function runByNpm(
  options: readonly string[],
  settings: Record<string, string>,
): Promise<Product> {
  const folder = path.join(settings['DATA_DIR'] ?? '', 'package');
  await mkdir(folder, { recursive: true });
  const scripts = { start: `"${process.execPath}" "${MAIN}" start` };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'sample', scripts }));
  return follow('npm', ['--prefix', folder, 'start', '--', ...options], settings);
}

function follow(command: string, args: readonly string[], settings: Record<string, string>): Product {
  const { PATH = '', HOME = '', XDG_CACHE_HOME = '' } = process.env;
  const child = spawn(command, args, {
    env: { PATH, HOME, XDG_CACHE_HOME, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (written += chunk));
  }
  const exitCode = once(child, 'close').then(([code]) => code as number | null);

  return {
    pid: child.pid ?? 0,
    output: () => written,
    exitCode,
    ready: async () => {
      const isReady = (): boolean => written.includes('Waybell is ready');
      await eventually(() => isReady() || child.exitCode !== null, READY_TIMEOUT_MS);
      if (!isReady()) throw new Error(`ended before it was ready:\n${written}`);
    },
    end: (signal) => {
      child.kill(signal);
      return exitCode;
    },
  };
}
