import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eachMinute } from '../../src/activities/each-minute';
import { SWEEP_GOES_ON } from '../../src/shipment/attention';
import { SWEEP_WORKFLOW, type SweepInput } from '../../src/workflows/contract';
import { eventually, useLab } from '../setup/delivery-lab';

const lab = useLab();
/** In place of a minute. */
const PACE_MS = 250;
const MINUTES = 0.1;

/** Runs sweeps whose passes come fast, and each of which does what `pass` does. */
function withPasses<T>(pass: () => Promise<number>, work: () => Promise<T>): Promise<T> {
  return lab.withWorker(work, (activities) => ({ ...activities, wakeDueWaits: eachMinute(pass, PACE_MS) }));
}

async function start(input?: SweepInput) {
  const { client, taskQueue } = lab.temporal;
  const workflowId = `sweep/${randomUUID()}`;
  return client.workflow.start(SWEEP_WORKFLOW, {
    ...{ workflowId, taskQueue },
    args: input === undefined ? [] : [input],
  });
}

test('a sweep is one pass, unless it is told how long to go on', async () => {
  let passes = 0;
  const pass = (): Promise<number> => Promise.resolve((passes += 1));
  await withPasses(pass, async () => {
    expect(await (await start()).result()).toBe(1);
    expect(passes).toBe(1);
  });
});

test('many passes are one line in the list of workflows, and some events', async () => {
  const begun: number[] = [];
  const pass = (): Promise<number> => Promise.resolve(begun.push(Date.now()));
  await withPasses(pass, async () => {
    const handle = await start({ minutes: MINUTES });
    await eventually(() => Promise.resolve(begun.length >= 3));
    const underWay = await handle.describe();
    expect(underWay.raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type).toBe(
      SWEEP_GOES_ON,
    );
    expect(await handle.result()).toBe(begun.length);
    expect(begun.length).toBeGreaterThanOrEqual(5);
    const pauses = begun.slice(1).map((at, nth) => at - (begun[nth] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThan(PACE_MS / 2);
    const { historyLength } = await handle.describe();
    expect(historyLength).toBeLessThan(15);
    const query = `WorkflowId="${handle.workflowId}"`;
    await eventually(async () => (await lab.temporal.client.workflow.count(query)).count === 1);
  });
});

test('a pass that fails is tried again by the same run, and so is one whose worker is gone', async () => {
  let tries = 0;
  const failing = (): Promise<number> => {
    tries += 1;
    return Promise.reject(new Error('PostgreSQL is away'));
  };
  const handle = await withPasses(failing, async () => {
    const begun = await start({ minutes: MINUTES });
    await eventually(() => Promise.resolve(tries > 0));
    return begun;
  });
  await withPasses(
    () => Promise.resolve(7),
    async () => expect(await handle.result()).toBe(7),
  );
});

/** What a worker of an earlier release does with a run that a newer one has begun: it knows single passes only. */
test('a run that goes on ends with the next pass of an earlier release, after which the schedule starts another', async () => {
  let passes = 0;
  const handle = await withPasses(
    () => Promise.resolve((passes += 1)),
    async () => {
      const begun = await start({ minutes: 60 });
      await eventually(() => Promise.resolve(passes > 1));
      return begun;
    },
  );
  await lab.withWorker(
    async () => expect(await handle.result()).toBe(0),
    (activities) => ({ ...activities, wakeDueWaits: () => Promise.resolve(0) }),
  );
});
