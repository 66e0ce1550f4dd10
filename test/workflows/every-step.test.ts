import { describe, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { around } from '../setup/around-steps';
import { useLab } from '../setup/delivery-lab';

const STEPS = [
  'persistWaybill',
  'resolveRecipients',
  'upsertNotifications',
  'findDevices',
  'pushToDevice',
  'recordOutcome',
] as const;

// On a shop's own database, which is the stricter one; a delivery on each kind is in happy-path and attention.
describe('every step of a delivery', () => {
  const lab = useLab('seed');

  const signalFromInside = (signal: string): Promise<void> =>
    lab.temporal.client.workflow
      .getHandle(Context.current().info.workflowExecution?.workflowId ?? '')
      .signal(signal);
  const notifications = async (trackingNo: string): Promise<unknown[]> =>
    (
      await lab.db.pool.query<{ aud: string; send_status: string }>(
        `select aud, send_status from express_notifications where tracking_no = $1 order by aud desc`,
        [trackingNo],
      )
    ).rows;
  const bothSent = [
    { aud: 'user', send_status: 'success' },
    { aud: 'merchant', send_status: 'success' },
  ];

  test('may run twice: people get one notification and phones one push', async () => {
    const parcel = await lab.parcel({ user: 2, merchant: 1 });
    const twice = around((_name, step) => async (...args) => {
      await step(...args);
      return step(...args);
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, twice);
    expect(await notifications(parcel.trackingNo)).toEqual(bothSent);
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1]);
  });

  test.each(STEPS)('may be lost after it was done: %s', async (lost) => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    let losses = 0;
    const losing = around((name, step) => async (...args) => {
      const result = await step(...args);
      if (name === lost && losses++ === 0) throw new Error('the answer was lost');
      return result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, losing);
    expect(losses).toBeGreaterThan(0);
    expect(await notifications(parcel.trackingNo)).toEqual(bothSent);
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });

  test.each(STEPS)('may be interrupted by a signal: %s', async (interrupted) => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    let signals = 0;
    const interrupting = around((name, step) => async (...args) => {
      const first = name === interrupted && signals++ === 0;
      if (first) await signalFromInside('retry');
      const result = await step(...args);
      if (first) await signalFromInside('deviceRegistered');
      return result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
      const events = (await handle.fetchHistory()).events ?? [];
      expect(events.filter(({ workflowExecutionSignaledEventAttributes: signal }) => signal).length).toBe(2);
    }, interrupting);
    expect(await notifications(parcel.trackingNo)).toEqual(bothSent);
    expect(parcel.cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1]);
  });

  test('leaves no wish behind: a retry that arrives while the delivery closes is still done', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [late = ''] = parcel.cids;
    let closing = 0;
    const arriving = around((name, step) => async (...args) => {
      const result = await step(...args);
      if (name === 'recordOutcome' && closing++ === 0) {
        // The buyer gets a second phone just when everything seems done.
        await lab.registerDevice({ userId: parcel.userId }, `${late}-second`);
        await signalFromInside('deviceRegistered');
      }
      return result;
    });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    }, arriving);
    expect(lab.cloud.countFor(`${late}-second`)).toBe(1);
    const { rows } = await lab.db.pool.query(
      `select u.state from waybell.express_updates u where workflow_id like $1`,
      [`%/${parcel.trackingNo}/%`],
    );
    expect(rows).toEqual([{ state: 'closed' }]);
  });
});
