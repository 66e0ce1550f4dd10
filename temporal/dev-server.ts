import { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DevServerOptions {
  readonly port: number;
  readonly uiPort: number;
  /** Where workflows are kept; without it they are lost with the process. */
  readonly databaseFile?: string;
  /** Pragmas of SQLite beside the usual ones; of two with one name, the later holds. */
  readonly sqliteSettings?: readonly string[];
  readonly namespace: string;
  /** More dynamic settings of the server, as `name=value`. */
  readonly settings?: readonly string[];
}

/** Numbers measured with CLI 1.5.1 on two cores. */
const DYNAMIC_SETTINGS = [
  // The default of 20 per shard costs 50 ms per task hop on a dev server, which has one shard: 552 -> 53 ms.
  'history.transferProcessorMaxPollRPS=2000',
  // Off by default in the open-source server though the SDK asks for it: 3 of 11 state transitions less.
  'system.enableActivityEagerExecution=true',
  // Off by default too: pushes of a merchant with a burst take turns with those of the others.
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  // Turns are taken, and rates are held, per partition: with one, both are exact.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];
// Eight local steps per workflow, 50 in flight: 30 workflows/s without WAL, about 80/s with it. Full sync costs
// 15 % of that and survives a power cut.
const SQLITE_SETTINGS = ['journal_mode=WAL', 'synchronous=2'];

/** The arguments of `temporal` that start a dev server for this machine only. */
export function devServerArguments(options: DevServerOptions): string[] {
  const { port, uiPort, databaseFile, namespace, settings = [], sqliteSettings = [] } = options;
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', `${port}`, '--ui-port', `${uiPort}`],
    ...['--namespace', namespace, '--log-level', 'warn'],
    ...[...DYNAMIC_SETTINGS, ...settings].flatMap((setting) => ['--dynamic-config-value', setting]),
    ...(databaseFile === undefined
      ? []
      : [
          '--db-filename',
          databaseFile,
          ...[...SQLITE_SETTINGS, ...sqliteSettings].flatMap((setting) => ['--sqlite-pragma', setting]),
        ]),
  ];
}

const SERVING_TIMEOUT_MS = 60_000;
const TRY_INTERVAL_MS = 100;

/** Waits until the server answers for its namespace. */
export async function waitUntilServing(
  address: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + SERVING_TIMEOUT_MS;
  for (;;) {
    signal?.throwIfAborted();
    const problem = await describe(address, namespace);
    if (problem === undefined) return;
    if (Date.now() > deadline) throw new Error(`Temporal at ${address} does not answer: ${problem}`);
    await sleep(TRY_INTERVAL_MS);
  }
}

async function describe(address: string, namespace: string): Promise<string | undefined> {
  const connection = Connection.lazy({ address, connectTimeout: '2s' });
  try {
    await connection.withDeadline(Date.now() + 2_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await connection.close();
  }
}
