import { describe, expect, test } from '@jest/globals';
import { refused } from '../setup/cloud-function';
import { eventually, LIMITS, type Parcel, shipmentUpdate, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';
import { type Json, retryMany, serveDeliveries } from './delivery-api';

const lab = useLab();
const api = use(() => serveDeliveries(lab));

const retry = (json: Json) => retryMany(api, json);
/** As uni-push does it: a request id that comes again, after an answer that a loaded machine did not read in time, is dropped. */
const pushesTo = (cid: string): number =>
  new Set(lab.cloud.requests.filter((one) => one.push_clientid === cid).map((one) => one.request_id)).size;
const closedInMs = { limits: { ...LIMITS, retry: 100, device: 100, firstDevice: 100 } };

/** Half a minute on two cores of its own; a loaded machine is given time. */
const THOUSAND_MS = 600_000;

const OPEN = 30;
const CLOSED = 20;
const REACHED = 10;
/** The rest; `npm run test:thousand` has 880. */
const FORGOTTEN = Number(process.env.FORGOTTEN ?? 40);
const ALL = OPEN + CLOSED + REACHED + FORGOTTEN;

describe(`a retry of ${ALL} failed deliveries`, () => {
  /** Closed deliveries as PostgreSQL keeps them when Temporal has forgotten: one phone reached, one refused. */
  async function forgotten(count: number, lastState: 'failed' | 'accepted'): Promise<Parcel[]> {
    const parcels: Parcel[] = Array.from({ length: count }, (_, i) => {
      const id = `${lastState}${i}`;
      return {
        trackingNo: `YTF${id.toUpperCase()}`,
        orderId: `o-${id}`,
        userId: `u-${id}`,
        merchantId: `m-${id}`,
      };
    });
    const rows = parcels.map((parcel) => {
      const update = shipmentUpdate(parcel.trackingNo, [['delivered', 1]]);
      return { ...parcel, update, workflowId: `delivery/own-system/yto/${parcel.trackingNo}/forgotten` };
    });
    await lab.db.pool.query(
      `with p as (select * from jsonb_to_recordset($1::jsonb) as
          p("trackingNo" text, "orderId" text, "userId" text, "workflowId" text, update jsonb)),
        o as (insert into ml_orders (id, user_id) select "orderId", "userId" from p),
        b as (insert into platform_express_waybills (carrier, tracking_no, order_id, status)
              select 'yto', "trackingNo", "orderId", 'delivered' from p returning id, tracking_no),
        d as (insert into push_devices (cid, user_id)
              select kind || "userId", "userId" from p, unnest(array['good-', 'bad-']) as kind
              returning id, cid, user_id),
        u as (insert into waybell.express_updates
                (workflow_id, waybill_id, verdict, instance, status, occurrence, decision, state, outcome, input)
              select "workflowId", b.id::text, 'announce', 1, 'delivered', 1,
                     jsonb_build_object('verdict', 'announce', 'waybillId', b.id::text, 'status', 'delivered',
                                        'occurrence', 1, 'instance', 1, 'supersedes', '[]'::jsonb),
                     'closed', 'partial', update
                from p join b on b.tracking_no = p."trackingNo"),
        n as (insert into express_notifications
                (message_id, aud, recipient_id, send_status, workflow_id, waybill_id, carrier, tracking_no, title, body)
              select b.id || ':1:delivered:1:user', 'user', "userId", 'partial', "workflowId", b.id::text, 'yto',
                     "trackingNo", 'title', 'body'
                from p join b on b.tracking_no = p."trackingNo" returning message_id, recipient_id, workflow_id)
       insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, generation)
       select n.message_id, d.id::text, n.workflow_id, d.cid, 'unicloud',
              case when d.cid like 'good%' then 'accepted' else $2 end, 1, 1
         from n join d on d.user_id = n.recipient_id`,
      [JSON.stringify(rows), lastState],
    );
    return parcels;
  }

  test(
    'accounts for every one, closed and forgotten ones among them, and pushes to no device twice',
    async () => {
      const lost = await forgotten(FORGOTTEN, 'failed');
      const reached = await forgotten(REACHED, 'accepted');
      const open: (Parcel & { cids: string[] })[] = [];
      const closed: (Parcel & { cids: string[] })[] = [];
      for (let i = 0; i < OPEN; i += 1) open.push(await lab.parcel({ user: 2, merchant: 0 }));
      for (let i = 0; i < CLOSED; i += 1) closed.push(await lab.parcel({ user: 2, merchant: 0 }));
      const refusing = [...open, ...closed].map(({ cids }) => cids[1] ?? '');
      for (const cid of refusing) lab.cloud.answer(cid, refused);

      await lab.withWorker(async () => {
        await Promise.all(open.map((parcel) => lab.start(parcel, 'delivered', 1)));
        const ended = await Promise.all(
          closed.map((parcel) => lab.start(parcel, 'delivered', 1, closedInMs)),
        );
        await Promise.all(ended.map((handle) => handle.result()));
        await eventually(() => Promise.resolve(refusing.every((cid) => lab.cloud.countFor(cid) === 1)));
        await eventually(async () => {
          const { rows } = await lab.db.pool.query<{ count: number }>(
            `select count(*)::int as count from waybell.express_waits where kind = 'retry'`,
          );
          return rows[0]?.count === OPEN;
        });
        for (const cid of refusing) lab.cloud.answer(cid);

        const ids = [...lost, ...reached, ...open, ...closed].map(({ trackingNo }) => trackingNo);
        expect(ids).toHaveLength(ALL);
        const end = await retry({ ids, rate: 100, reason: 'provider repaired' });

        // Who answers late on a loaded machine may be counted as refused; nobody is left out.
        const [asked, restarted, refusedOnes] = [end['asked'], end['restarted'], end['refused']].map(Number);
        expect((asked ?? 0) + (restarted ?? 0) + (refusedOnes ?? 0)).toBe(ALL);
        expect(end['refusals']).toEqual(
          expect.arrayContaining(
            reached.map(({ trackingNo }) =>
              expect.objectContaining({
                workflow_id: `delivery/own-system/yto/${trackingNo}/forgotten`,
                words: 'nothing to retry: every push was accepted, and no other device is registered',
              }),
            ),
          ),
        );
        await eventually(async () => {
          const { rows } = await lab.db.pool.query<{ count: number }>(
            `select count(*)::int as count from express_notifications where tracking_no = any ($1) and aud = 'user'
              and send_status = 'success'`,
            [[...lost, ...open, ...closed].map(({ trackingNo }) => trackingNo)],
          );
          return rows[0]?.count === FORGOTTEN + OPEN + CLOSED;
        });
      });
      for (const { userId } of lost) {
        expect([`good-${userId}`, `bad-${userId}`].map(pushesTo)).toEqual([0, 1]);
      }
      for (const { cids } of [...open, ...closed]) expect(cids.map(pushesTo)).toEqual([1, 2]);
      for (const { userId } of reached) {
        expect([`good-${userId}`, `bad-${userId}`].map(pushesTo)).toEqual([0, 0]);
      }
    },
    THOUSAND_MS,
  );
});
