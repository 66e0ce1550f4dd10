import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { deliver, deliverByTheClock } from '../deliver';
import type { Lab } from '../lab';
import type { Measurement, Row } from '../measurement';
import { addParcels } from '../parcels';
import { processorMsOfTree } from '../processor-time';
import { median } from '../statistics';
import type { Waybell } from '../waybell';

const SIZES = {
  full: { updates: [0, 300_000, 3_000_000], warmUp: 30, deliveries: 100, crowd: 60, beatMs: 60_000 },
  quick: { updates: [0, 6_000, 30_000], warmUp: 5, deliveries: 10, crowd: 20, beatMs: 15_000 },
};
/** Scans of one parcel, each an update of its own: 3,000 parcels a day make 3,000,000 in five and a half months. */
const SCANS = 6;
const PER_SECOND = 10;
const PAUSE_MS = 150;
/** By then every session has told the server's statistics what it did. */
const COUNTED_AFTER_MS = 12_000;
/** What each push of a crowd may take, and by how much more a delivery may cost in a shop that is old. */
const AIMS = { slowestS: 15, buffers: 1.1, time: 1.3, processor: 1.3 };

export const size: Measurement = {
  name: 'size',
  title: 'As a shop grows old',
  method: `A Waybell of its own, whose database has as many updates as the line says: ${SCANS} scans of each parcel, spread over the 55 days before, with their orders, phones, notifications, pushes and webhooks, and fresh statistics. At each size ${SIZES.full.deliveries} webhooks one at a time, each the first scan of a parcel with one buyer's phone and one merchant's phone, then ${SIZES.full.crowd} at ${PER_SECOND} a second by the clock. “Buffers” are the pages of 8 KB that PostgreSQL looked at for one delivery, from its own statistics (hits and reads of the database), without what it looks at in the same time with nothing to do, which is taken over a whole minute since some work comes once a minute; “processor” is the time of all processes of \`waybell start\`, PostgreSQL and Temporal among them, in the same way. The factors set each size against the empty one, in which an index is one page; over 3,000,000 rows it has three levels, so that each look-up in it reads up to two pages more.`,
  async run(lab) {
    const { updates: sizes, ...work } = lab.quick ? SIZES.quick : SIZES.full;
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const database = new pg.Pool({ connectionString: waybell.databaseUrl('waybell'), max: 2 });
    database.on('error', () => undefined);
    try {
      // Checkpoints forced by the filling would double what it takes.
      await database.query(`alter system set max_wal_size = '16GB'`);
      await database.query('select pg_reload_conf()');
      const looks: Look[] = [];
      for (const updates of sizes) {
        lab.progress(`filling the database up to ${updates.toLocaleString('en')} updates`);
        await fillUpTo(database, updates);
        lab.progress('it is filled');
        looks.push(await look(lab, waybell, database, { updates, ...work }));
      }
      return [...looks.flatMap(rowsOf), ...factorsOf(looks)];
    } finally {
      await database.end();
      await waybell.stop();
    }
  },
};

interface Work {
  readonly updates: number;
  readonly warmUp: number;
  readonly deliveries: number;
  readonly crowd: number;
  /** What a process does by itself it does every minute: both looks last for whole ones. */
  readonly beatMs: number;
}

/** What deliveries cost beside so many updates. */
interface Look {
  readonly updates: number;
  /** Until both pushes are there, one delivery at a time; milliseconds. */
  readonly times: readonly number[];
  /** The same in a crowd; seconds. */
  readonly slowestS: number;
  readonly buffers: number;
  readonly processorMs: number;
}

async function look(lab: Lab, waybell: Waybell, database: pg.Pool, work: Work): Promise<Look> {
  const { updates, warmUp, deliveries, crowd, beatMs } = work;
  const parcels = await addParcels(database, `SIZE${updates}X`, warmUp + deliveries + crowd);
  for (const parcel of parcels.slice(0, warmUp)) await deliver(lab.cloudFunction, waybell.url, parcel);

  const idle = await (await watch(waybell, database, beatMs))();
  const spentByWork = await watch(waybell, database, beatMs);
  const times: number[] = [];
  for (const parcel of parcels.slice(warmUp, warmUp + deliveries)) {
    times.push((await deliver(lab.cloudFunction, waybell.url, parcel)).last);
    await sleep(PAUSE_MS);
  }
  const busy = await spentByWork();
  const each = (kind: 'buffers' | 'processorMs'): number =>
    Math.max(0, busy[kind] - (idle[kind] * busy.ms) / idle.ms) / deliveries;

  const rest = parcels.slice(warmUp + deliveries);
  const inCrowd = await deliverByTheClock(lab.cloudFunction, waybell.url, rest, PER_SECOND);
  const seen = {
    updates,
    times,
    slowestS: Math.max(...inCrowd.map(({ last }) => last)) / 1_000,
    buffers: each('buffers'),
    processorMs: each('processorMs'),
  };
  lab.progress(
    `beside ${updates.toLocaleString('en')} updates: ${median(times).toFixed(0)} ms, ${seen.buffers.toFixed(0)} buffers, ${seen.processorMs.toFixed(0)} ms of processor; of a crowd ${seen.slowestS.toFixed(1)} s`,
  );
  return seen;
}

interface Spent {
  readonly ms: number;
  readonly buffers: number;
  readonly processorMs: number;
}

/** Begins to count. @returns what tells what was spent since then: in whole beats, and once everything is counted */
async function watch(waybell: Waybell, database: pg.Pool, beatMs: number): Promise<() => Promise<Spent>> {
  const read = async (): Promise<Spent> => {
    const { rows } = await database.query<{ buffers: number }>(
      `select (blks_hit + blks_read)::float8 as buffers from pg_stat_database where datname = current_database()`,
    );
    const processorMs = await processorMsOfTree(waybell.pid);
    return { ms: performance.now(), buffers: rows[0]?.buffers ?? 0, processorMs };
  };
  await sleep(COUNTED_AFTER_MS);
  const before = await read();
  return async () => {
    const least = performance.now() + COUNTED_AFTER_MS - before.ms;
    await sleep(before.ms + Math.ceil(least / beatMs) * beatMs - performance.now());
    const after = await read();
    return {
      ms: after.ms - before.ms,
      buffers: after.buffers - before.buffers,
      processorMs: after.processorMs - before.processorMs,
    };
  };
}

function rowsOf({ updates, times, slowestS, buffers, processorMs }: Look): Row[] {
  const beside = `beside ${updates.toLocaleString('en')} updates`;
  const of = 'Waybell' as const;
  const crowd = `${PER_SECOND} a second ${beside}: the slowest push`;
  return [
    { what: `to both pushes ${beside}`, of, unit: 'ms', rounds: [times] },
    { what: `buffers ${beside}`, of, unit: 'pages', rounds: [[buffers]] },
    { what: `processor ${beside}`, of, unit: 'ms', rounds: [[processorMs]] },
    { what: crowd, of, unit: 's', rounds: [[slowestS]], aims: { median: AIMS.slowestS } },
  ];
}

function factorsOf(looks: readonly Look[]): Row[] {
  const [empty, ...filled] = looks;
  if (!empty) return [];
  return filled.flatMap((old) => {
    const factor = (what: string, of: (look: Look) => number, aim: number): Row => ({
      what: `${what} beside ${old.updates.toLocaleString('en')} updates, beside that of the empty one`,
      of: 'Waybell',
      unit: '×',
      rounds: [[of(old) / of(empty)]],
      aims: { median: aim },
    });
    return [
      factor('time', ({ times }) => median(times), AIMS.time),
      factor('buffers', ({ buffers }) => buffers, AIMS.buffers),
      factor('processor', ({ processorMs }) => processorMs, AIMS.processor),
    ];
  });
}

/** Adds parcels that were delivered in the last 55 days until there are so many updates. */
async function fillUpTo(database: pg.Pool, updates: number): Promise<void> {
  const { rows } = await database.query<{ updates: number }>(
    'select count(*)::int as updates from waybell.express_updates',
  );
  const from = Math.ceil((rows[0]?.updates ?? 0) / SCANS) + 1;
  const to = Math.floor(updates / SCANS);
  const waiting = to >= from ? parcelsSql(from, to) : [];
  // Each statement has a table of its own: two cores fill two of them at a time.
  const lane = async (): Promise<void> => {
    const client = await database.connect();
    try {
      await client.query('set synchronous_commit = off');
      for (let sql = waiting.shift(); sql !== undefined; sql = waiting.shift()) await client.query(sql);
    } finally {
      client.release();
    }
  };
  await Promise.all([lane(), lane()]);
  await database.query('vacuum analyze');
  await database.query('checkpoint');
}

function parcelsSql(from: number, to: number): string[] {
  const parcels = `from generate_series(${from}, ${to}) n`;
  const scans = `${parcels} cross join generate_series(1, ${SCANS}) scan`;
  const waybill = `('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))`;
  const workflow = `'delivery/own-system/yto/OLD' || n || '/' || scan`;
  const status = `(array['info_received', 'picked_up', 'in_transit', 'customs', 'out_for_delivery', 'delivered'])[scan]`;
  const at = `now() - interval '55 days' * (1 - n::float8 / ${to}) - (${SCANS} + 1 - scan) * interval '1 hour'`;
  return [
    `insert into ml_orders (id, user_id, merchant_id)
     select 'old-' || n, 'old-buyer-' || n, 'old-shop-' || n % 500 ${parcels}`,
    `insert into platform_express_waybills (id, carrier, tracking_no, order_id, status)
     select ${waybill}::uuid, 'yto', 'OLD' || n, 'old-' || n, 'delivered' ${parcels}`,
    `insert into push_devices (appid, cid, user_id, platform)
     select 'default', 'old-phone-' || n, 'old-buyer-' || n, 'android' ${parcels}`,
    `insert into express_notifications (message_id, aud, recipient_id, order_id, waybill_id, carrier, tracking_no, status,
            title, body, content, event_text_safe, send_status, workflow_id, created_at)
     select ${waybill} || ':1:' || ${status} || ':1:user', 'user', 'old-buyer-' || n, 'old-' || n, ${waybill}, 'yto', 'OLD' || n,
            ${status}, 'title', repeat('b', 80), repeat('c', 80), 'text', 'success', ${workflow}, ${at} ${scans}`,
    `insert into waybell.platform_express_events (waybill_id, instance, event_key, event_time, status, raw_status,
            event_text_safe, source, workflow_id)
     select ${waybill}, 1, 'said:' || lpad(to_hex(n * 10 + scan), 32, '0'), ${at}, ${status}, ${status}, repeat('t', 60), 'own-system',
            ${workflow} ${scans}`,
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, status, occurrence, entered_at,
            latest_event_at, decision, state, outcome, reason, created_at, closed_at, run_id)
     select ${workflow}, ${waybill}, 'announce', 1, ${status}, 1, ${at}, ${at},
            jsonb_build_object('verdict', 'announce', 'status', ${status}), 'closed', 'success', 'by-audience', ${at}, ${at},
            md5(n::text) ${scans}`,
    `insert into waybell.express_pushes (message_id, device_id, workflow_id, cid, provider, state, round, code, claimed_at,
            answered_at)
     select ${waybill} || ':1:' || ${status} || ':1:user', 'phone-' || n, ${workflow}, 'old-phone-' || n, 'unicloud',
            'accepted', 1, 'ok', ${at}, ${at} ${scans}`,
    `insert into waybell.webhooks (id, source, channel, received_at, media_type, body, verdict, flaws, workflow_ids)
     select to_char(${at}, 'YYYYMMDDHH24MISSUS') || '-' || n || '-' || scan, 'own-system', 'c', ${at}, 'application/json',
            convert_to(repeat('x', 300), 'UTF8'), 'read', '[]', array[${workflow}] ${scans}`,
  ];
}
