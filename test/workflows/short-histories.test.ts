import { describe, expect, test } from '@jest/globals';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { accepted, refused } from '../setup/cloud-function';
import { eventually, type DeliveryHandle, useLab } from '../setup/delivery-lab';

/** `npm run test:signals` has 10,000 and 240. */
const SIGNALS = Number(process.env['SIGNALS'] ?? 500);
const RETRIES = Number(process.env['RETRIES'] ?? 20);
const AT_ONCE = 25;
const BURST = 100;
const DEVICES = 3;

/** The server of the tests suggests a new run at 60 events; what comes at once, and one round, is beyond it. */
const MOST_EVENTS = 400;

/** A quarter of an hour for the large numbers on a loaded machine. */
const LONG_MS = 900_000;

describe('a delivery that is asked for again and again', () => {
  const lab = useLab();
  const waitsFor = (handle: DeliveryHandle, need: string): Promise<unknown> =>
    eventually(async () => (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes(need));

  /** The events of each run of a delivery. */
  async function runsOf(workflowId: string): Promise<number[]> {
    const events: number[] = [];
    for (let runId: string | undefined; ;) {
      const handle = lab.temporal.client.workflow.getHandle(workflowId, runId);
      const history = (await handle.fetchHistory()).events ?? [];
      events.push(history.length);
      const before = history[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
      if (!before) return events.reverse();
      runId = before;
    }
  }

  test.each([
    ['in bursts, in short histories', BURST],
    // Temporal begins no new run while signals come, so this is one long history, which is left at the first pause.
    ['without a pause', SIGNALS],
  ])(
    `takes ${SIGNALS} signals %s, and is told all the same`,
    async (_how, burst) => {
      const parcel = await lab.parcel({ user: 0, merchant: 1 });
      await lab.withWorker(async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await waitsFor(handle, 'no-targets');
        const current = lab.temporal.client.workflow.getHandle(handle.workflowId);
        for (let sent = 0; sent < SIGNALS; sent += AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, () => current.signal('deviceRegistered')));
          if ((sent + AT_ONCE) % burst === 0)
            await eventually(async () => Number((await current.describe()).historyLength) < BURST);
        }
        const phone = await lab.registerDevice({ userId: parcel.userId });
        await current.signal('deviceRegistered');
        expect(await current.result()).toMatchObject({ outcome: 'success' });
        expect(lab.cloud.countFor(phone)).toBe(1);
        const runs = await runsOf(handle.workflowId);
        expect(runs.length).toBeGreaterThan(1);
        if (burst === BURST) expect(Math.max(...runs)).toBeLessThan(MOST_EVENTS);
      });
    },
    LONG_MS,
  );

  test(
    `takes ${RETRIES} retries of ${DEVICES} phones, each with a round of its own`,
    async () => {
      const { cids, ...parcel } = await lab.parcel({ user: DEVICES, merchant: 1 });
      const failing = cids.slice(0, DEVICES);
      for (const cid of failing) lab.cloud.answer(cid, refused);
      await lab.withWorker(async () => {
        const handle = await lab.start(parcel, 'delivered', 1);
        await waitsFor(handle, 'push-failed');
        const current = lab.temporal.client.workflow.getHandle(handle.workflowId);
        for (let retry = 1; retry <= RETRIES; retry += 1) {
          if (retry === RETRIES) for (const cid of failing) lab.cloud.answer(cid, accepted(cid));
          await current.signal('retry', {});
          await eventually(() =>
            Promise.resolve(failing.every((cid) => lab.cloud.countFor(cid) === retry + 1)),
          );
        }
        expect(await current.result()).toMatchObject({ outcome: 'success' });
        const runs = await runsOf(handle.workflowId);
        console.log(JSON.stringify(runs));
        expect(runs.length).toBeGreaterThan(1);
        expect(Math.max(...runs)).toBeLessThan(MOST_EVENTS);
        expect(await current.query('progress')).toMatchObject({ round: RETRIES + 1 });
      });
      // Each was refused for certain, and so each request had an id of its own.
      const ids = lab.cloud.requests.filter(({ push_clientid }) => failing.includes(push_clientid));
      expect(new Set(ids.map(({ request_id }) => request_id)).size).toBe(DEVICES * (RETRIES + 1));
    },
    LONG_MS,
  );
});
