import { NativeConnection } from '@temporalio/worker';
import { afterEach, describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { createActivities } from '../../src/activities';
import { createAlarms, type Alarms } from '../../src/alarms';
import { isQueuePolled } from '../../src/deliveries/pollers';
import { takesOver, watchBuild } from '../../src/process/build-watch';
import { chooseBuild } from '../../src/process/choose-build';
import { createWorkers } from '../../src/process/worker';
import { DEPLOYMENT, makeCurrent } from '../../temporal/worker-deployment';
import { eventually, useLab, type DeliveryHandle, type Parcel } from '../setup/delivery-lab';

const log = pino({ level: 'silent' });

describe('which build takes the deliveries', () => {
  const may = { mayRelease: true, isNew: false, abandoned: false };

  test('a new one does, beside whoever works', () => {
    expect(takesOver('b', 'a', { ...may, isNew: true })).toBe(true);
  });

  test('one that was replaced does not, as long as anybody works for the current one', () => {
    expect(takesOver('b', 'a', may)).toBe(false);
    expect(takesOver('b', 'a', { ...may, abandoned: true })).toBe(true);
  });

  test('unversioned workers count as one', () => {
    expect(takesOver('b', undefined, may)).toBe(false);
    expect(takesOver('b', undefined, { ...may, abandoned: true })).toBe(true);
    expect(takesOver(undefined, 'a', { ...may, abandoned: true })).toBe(true);
  });

  test('the current one has nothing to take, and none does by itself where a person decides', () => {
    expect(takesOver('a', 'a', { ...may, abandoned: true })).toBe(false);
    expect(takesOver('b', 'a', { mayRelease: false, isNew: true, abandoned: true })).toBe(false);
  });
});

describe('workers of several builds', () => {
  const lab = useLab();

  test('are what the settings say, and asking whether they may take over changes nothing', async () => {
    const { client } = lab.temporal;
    const choose = (workerVersioning: 'auto' | 'manual' | 'off') =>
      chooseBuild({ workerVersioning, workerBuildId: 'mine' }, client, (line) => {
        throw new Error(line);
      });
    expect(await choose('auto')).toEqual({ own: 'mine', mayRelease: true });
    expect(await choose('manual')).toEqual({ own: 'mine', mayRelease: false });
    expect(await choose('off')).toEqual({ own: undefined, mayRelease: true });
    const { namespace } = lab.temporal;
    const asked = client.workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT });
    await expect(asked).rejects.toThrow('not found');
  });

  interface TestWorker {
    readonly alarms: Alarms;
    stop(): Promise<void>;
  }
  const running: TestWorker[] = [];
  afterEach(() => Promise.all(running.splice(0).map((worker) => worker.stop())));

  /** As a process starts them: when it returns, they poll and were looked at. */
  async function startWorker(own: string | undefined): Promise<TestWorker> {
    const { client, address, namespace, taskQueue, workflowBundle } = lab.temporal;
    const connection = await NativeConnection.connect({ address });
    const workers = await createWorkers({
      ...{ connection, namespace, taskQueue },
      version: own === undefined ? undefined : { deploymentName: taskQueue, buildId: own },
      workflowBundle: workflowBundle.codePath,
      activities: createActivities(lab.deps),
      providers: [...lab.deps.providers.keys()],
      rates: {},
    });
    const run = workers.run();
    const alarms = createAlarms(log);
    // Workers of before knew nothing of builds.
    const watch =
      own === undefined
        ? undefined
        : await watchBuild({
            ...{ own, mayRelease: true, alone: false, client, deploymentName: taskQueue },
            ...{ taskQueues: workers.taskQueues, alarms, log, intervalMs: 100 },
            signal: new AbortController().signal,
          });
    if (own === undefined) await eventually(() => isQueuePolled(client, { taskQueue }));
    const worker = {
      alarms,
      stop: async () => {
        if (running.includes(worker)) running.splice(running.indexOf(worker), 1);
        await watch?.stop();
        workers.shutdown();
        await run;
        await connection.close();
      },
    };
    running.push(worker);
    return worker;
  }

  const release = (buildId: string | undefined): Promise<void> =>
    makeCurrent(lab.temporal.client, { deploymentName: lab.temporal.taskQueue, buildId });
  const standsBy = ({ alarms }: TestWorker): boolean => alarms.active().includes('build-not-current');

  type Waiting = Parcel & { cids: string[]; handle: DeliveryHandle };

  /** One that waits for its order: it has begun on the workers of now, and goes on with those of later. */
  async function openDelivery(): Promise<Waiting> {
    const parcel = await lab.parcel({}, false);
    const handle = await lab.start(parcel, 'delivered', 1);
    await eventually(async () => {
      const { rows } = await lab.db.pool.query(`select from waybell.express_waits where workflow_id = $1`, [
        handle.workflowId,
      ]);
      return rows.length > 0;
    });
    return { ...parcel, handle };
  }
  async function goesOn({ handle, cids, ...parcel }: Waiting): Promise<string | undefined> {
    await lab.linkOrder(parcel);
    await handle.signal('orderLinked');
    expect(await handle.result()).toMatchObject({ outcome: 'success' });
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual(cids.map(() => 1));
    const { raw } = await handle.describe();
    return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
  }

  test('take open deliveries over from unversioned ones, in a rolling update, in a rollback, and back before builds', async () => {
    const old = await startWorker(undefined);
    const open = [await openDelivery(), await openDelivery(), await openDelivery(), await openDelivery()];

    const a1 = await startWorker('a');
    expect(standsBy(a1)).toBe(false);
    await old.stop();
    expect(await goesOn(open.shift() as Waiting)).toBe('a');
    const a2 = await startWorker('a');
    open.push(await openDelivery());

    const b1 = await startWorker('b');
    expect(standsBy(b1)).toBe(false);
    await eventually(() => Promise.resolve(standsBy(a1) && standsBy(a2)));
    await a1.stop();
    // It crashed in the middle of the update and is up again.
    const a3 = await startWorker('a');
    expect(standsBy(a3)).toBe(true);
    const b2 = await startWorker('b');
    await Promise.all([a2.stop(), a3.stop()]);
    expect(await goesOn(open.shift() as Waiting)).toBe('b');
    open.push(await openDelivery());

    const a4 = await startWorker('a');
    expect(standsBy(a4)).toBe(true);
    await release('a');
    await eventually(() => Promise.resolve(!standsBy(a4)));
    await Promise.all([b1.stop(), b2.stop()]);
    expect(await goesOn(open.shift() as Waiting)).toBe('a');
    expect(await goesOn(open.pop() as Waiting)).toBe('a');

    const before = await startWorker(undefined);
    await release(undefined);
    await a4.stop();
    for (const delivery of open) expect(await goesOn(delivery)).toBeUndefined();
    await before.stop();
  }, 120_000);
});
