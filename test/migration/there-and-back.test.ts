import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importQueue } from '../../src/intake/import-queue';
import { startDelivery } from '../../src/deliveries/start';
import { serveDeliveries } from '../api/delivery-api';
import { eventually, LIMITS, type Parcel, useLab } from '../setup/delivery-lab';
import { useOldSystem } from '../setup/old-system';
import { use } from '../setup/use';

type KnownParcel = Parcel & { readonly cids: string[] };

const page = readFileSync(path.join(__dirname, '../../docs/migrating.md'), 'utf8');
/** What the page says under a heading, as it is to be typed. */
const blocks = (heading: string, language: 'sql' | 'sh'): string[] => {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [own = ''] = section.split(/^##/m);
  return [...own.matchAll(new RegExp(`^ *\`\`\`${language}\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
};

/** One shop that moves to Waybell with a full queue, and back again with parcels that wait. */
describe('from the old system to Waybell and back', () => {
  const lab = useLab('seed');
  const old = useOldSystem(lab);
  const api = use(() => serveDeliveries(lab));
  let told: KnownParcel;
  let queued: KnownParcel;
  let fresh: KnownParcel;

  const pushes = ({ cids }: KnownParcel): number[] => cids.map((cid) => lab.cloud.countFor(cid));
  const runSql = (sql: string): Promise<unknown> => lab.db.pool.query(sql);
  /** One look of each old process. */
  async function runOldSystem(): Promise<number> {
    const ended = await old.runNotifyWorker();
    await old.runConsumer(lab.cloud.url);
    return ended.length;
  }
  /** A carrier that sends to Waybell. */
  async function send({ trackingNo }: Parcel, status: string, hour: number): Promise<string> {
    const json = { carrier: 'yto', tracking_no: trackingNo, status, event_text: status };
    const event_time = `2026-02-06 1${hour}:00:00`;
    const answer = await api.call('POST', '/webhook/express/status', { json: { ...json, event_time } });
    expect(answer.status).toBe(200);
    return answer.json['workflow_id'] as string;
  }
  const result = (workflowId: string): Promise<unknown> =>
    lab.temporal.client.workflow.getHandle(workflowId).result();

  test('forwards: what was queued is told by Waybell, once, and what was told is not told again', async () => {
    [told, queued, fresh] = [await lab.parcel(), await lab.parcel(), await lab.parcel()];
    await old.receiveWebhook(told.trackingNo, 'in_transit', '运输中');
    expect(await runOldSystem()).toBe(1);
    await old.receiveWebhook(queued.trackingNo, 'picked_up', '已揽收');

    const [disable = ''] = blocks('All at once', 'sql');
    await runSql(disable);
    await lab.withWorker(async () => {
      const { client, taskQueue } = lab.temporal;
      const columns = {
        waybillId: 'waybill_id',
        status: 'event_status',
        text: 'event_text',
        time: 'created_at',
      };
      const started: string[] = [];
      const { pool, shopTables, retention } = lab.deps;
      const parts = { pool, shopTables, columns, rules: { statusMap: {} }, textDays: retention.texts };
      for await (const { refused } of importQueue({
        ...parts,
        start: async ({ workflowId, update }) => {
          const run = await startDelivery(
            { temporal: client, taskQueue },
            { update, limits: LIMITS },
            workflowId,
          );
          started.push(run.workflowId);
          return run;
        },
      }))
        expect(refused).toEqual([]);
      await Promise.all(started.map(result));
      await result(await send(fresh, 'picked_up', 1));
      // A carrier that did not hear the old receiver's answer repeats itself.
      expect(await result(await send(told, 'in_transit', 1))).toMatchObject({ outcome: 'stale' });
    });
    expect(await runOldSystem()).toBe(0);
    for (const parcel of [told, queued, fresh]) expect(pushes(parcel)).toEqual([1, 1]);
  });

  test('and back: what waited goes into the old queue, nothing is lost, and nobody hears twice', async () => {
    const waiting = await lab.parcel({}, false);
    const half = await lab.parcel({ user: 1, merchant: 0 });
    const { client, taskQueue } = lab.temporal;
    const running = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
    await lab.withWorker(async () => {
      await send(waiting, 'delivered', 3);
      await send(half, 'delivered', 3);
      await eventually(async () => {
        const [waits, underWay] = [
          `${running} AND Attention IS NOT NULL`,
          `${running} AND Attention IS NULL`,
        ];
        const [all, none] = await Promise.all([
          client.workflow.count(waits),
          client.workflow.count(underWay),
        ]);
        return all.count === 2 && none.count === 0;
      });
      expect(blocks('Back again', 'sh').join()).toContain('temporal workflow cancel --yes --query');
      for await (const { workflowId } of client.workflow.list({ query: running })) {
        const handle = client.workflow.getHandle(workflowId);
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow('cancelled');
      }
    });

    const [queue = '', words = '', feed = ''] = blocks('Back again', 'sql');
    await runSql(queue);
    const { rows } = await lab.db.pool.query<{ number: string; status: string; text: string }>(
      `select tracking_no as number, event_status as status, event_text as text
         from notify_queue q join platform_express_waybills w on w.id = q.waybill_id where processed_at is null`,
    );
    expect(rows).toEqual([{ number: waiting.trackingNo, status: 'delivered', text: 'delivered' }]);
    await runSql(words);
    await runSql(feed);

    await lab.linkOrder(waiting);
    expect(await runOldSystem()).toBe(1);
    expect(pushes(waiting)).toEqual([1, 1]);
    // A carrier repeats to the old receiver, in its words, what Waybell has told.
    await old.receiveWebhook(fresh.trackingNo, '已揽收', '已揽收');
    await old.receiveWebhook(half.trackingNo, '已签收', '已签收');
    expect(await runOldSystem()).toBe(0);
    await old.receiveWebhook(fresh.trackingNo, '已签收', '已签收');
    expect(await runOldSystem()).toBe(1);
    expect(pushes(fresh)).toEqual([2, 2]);
    expect(pushes(half)).toEqual([1]);

    // Waybell, started again by mistake, finds nothing to tell.
    const before = lab.cloud.requests.length;
    await lab.withWorker(() => eventually(async () => (await client.workflow.count(running)).count === 0));
    expect(lab.cloud.requests).toHaveLength(before);
  });
});
