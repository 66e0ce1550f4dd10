import os from 'node:os';
import path from 'node:path';
import { resolveTemporalCli } from '../../temporal/cli-binary';
import type { Report } from '../../temporal/cli-release';
import { devServerArguments, waitUntilServing } from '../../temporal/dev-server';
import { makeFolder } from '../make-folder';
import { launchAsOurselves } from './launch';
import { serverFile } from './leftovers';
import { startPart, type Part } from './part';

export interface EmbeddedTemporalOptions {
  /** Workflows and the log live here. */
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly sqliteSettings?: readonly string[];
  readonly cliPath?: string;
  /** More dynamic settings of the server, as `name=value`. */
  readonly settings?: readonly string[];
  readonly report: Report;
  readonly signal?: AbortSignal;
}

export interface EmbeddedTemporal {
  readonly address: string;
  /** The Temporal CLI that was found or fetched. */
  readonly cli: string;
  readonly part: Part;
}

/** The dev server flushes SQLite and ends within a second; in-flight requests may hold it longer. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * How much of its Go code the server runs at once. PostgreSQL and Waybell need the other half of the machine, and more
 * than four help nobody who writes by one connection to SQLite. On two cores that others kept busy, a delivery cost the
 * server more of the processor with two threads than with one in each of five alternating pairs (1.02 to 1.93 times).
 * Of all processes together, and of the rate, those pairs show no difference.
 */
export const goThreads = (cores: number): number => Math.min(4, Math.max(1, Math.floor(cores / 2)));

/** Starts the Temporal dev server of `dataDir`, getting the Temporal CLI first where there is none. */
export async function startEmbeddedTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { dataDir, port, namespace } = options;
  const cli = await resolveTemporalCli(options);
  await makeFolder(dataDir);
  const databaseFile = path.join(dataDir, 'temporal.sqlite');
  const part = await startPart('Temporal', {
    ...(await launchAsOurselves(cli, devServerArguments({ ...options, databaseFile }))),
    environment: { GOMAXPROCS: String(goThreads(os.availableParallelism())) },
    logFile: path.join(dataDir, 'logs', 'temporal.log'),
    serverFile: serverFile(dataDir, 'temporal'),
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  const address = `127.0.0.1:${port}`;
  const ended = new AbortController();
  try {
    await Promise.race([
      waitUntilServing(address, namespace, ended.signal),
      part.exited.then((words) => Promise.reject(new Error(words))),
    ]);
  } catch (error) {
    ended.abort();
    await part.stop();
    throw error;
  }
  return { address, cli, part };
}
