import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { randomBytes } from 'node:crypto';
import { opened } from './open-resources';
import { runInfo } from './run-info';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly connection: Connection;
  readonly client: Client;
  /** For workers. */
  readonly nativeConnection: NativeConnection;
  /** For `Worker.create({ workflowBundle })`. */
  readonly workflowBundle: { readonly codePath: string };
  /** Of this suite alone. */
  readonly taskQueue: string;
  /** Closes the connections; fails when a worker still uses them. */
  close(): Promise<void>;
}

// Failures are part of many tests: only what a test did not expect to go wrong is worth a line.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});

/** Connects a suite to the Temporal server of the test run, or to one of its own. */
export async function connectTemporal(address = runInfo().temporalAddress): Promise<TestTemporal> {
  const { temporalNamespace: namespace, workflowBundle } = runInfo();
  const [connection, nativeConnection] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
  ]);
  const closed = opened('Temporal connection');
  return {
    address,
    namespace,
    connection,
    client: new Client({ connection, namespace }),
    nativeConnection,
    workflowBundle: { codePath: workflowBundle },
    taskQueue: `test-${randomBytes(6).toString('hex')}`,
    close: async () => {
      await Promise.all([connection.close(), nativeConnection.close()]);
      closed();
    },
  };
}
