import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { setting } from '../forked';
import { listen } from './intake';
import * as steps from './steps';

/** The bare SDK: intake and worker in one process, as `waybell start` has them. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const address = setting('TEMPORAL_ADDRESS');
  const taskQueue = setting('TASK_QUEUE');
  const client = new Client({ connection: await Connection.connect({ address }) });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue,
    workflowsPath: require.resolve('./temporal-workflows'),
    activities: steps,
  });
  worker.run().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  listen((trackingNo) =>
    client.workflow.start(setting('WORKFLOW'), {
      taskQueue,
      workflowId: `${taskQueue}/${trackingNo}`,
      args: [trackingNo],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `yto ${trackingNo}`,
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('Carrier', 'KEYWORD'), value: 'yto' },
        { key: defineSearchAttributeKey('TrackingNo', 'KEYWORD'), value: trackingNo },
        { key: defineSearchAttributeKey('DeliveryStatus', 'KEYWORD'), value: 'picked_up' },
      ],
    }),
  );
}

void main();
