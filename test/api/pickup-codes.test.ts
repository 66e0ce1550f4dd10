import { expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { loadConfig } from '../../src/config/config';
import { insertPickupCodes, type ReceivedCodes } from '../../src/database/pickup-codes';
import { RETENTION_WORKFLOW } from '../../src/workflows/contract';
import { eventually, useLab, type Parcel } from '../setup/delivery-lab';
import { use } from '../setup/use';
import { catchLog } from './caught-log';
import { serveDeliveries } from './delivery-api';

const HOUR_MS = 3_600_000;
const JWT_SECRET = 'Zk3vQm8xT1rY6uWc0pLs9dNf';
const FULL_KEY = 'f2b7c1d09e8a4b6c5d3e2f1a0b9c8d7e';
const OLD_KEY = '0a1c2e3b4d5f6a7c8e9b0d1f2a3c4e5b';
const NEW_KEY = '9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d';
const CODE = '8-2-7741';
const TEXT = `您的包裹已到达菜鸟驿站，请凭取件码${CODE}及时领取`;

const lab = useLab();
const { log, lines } = catchLog();
const withKeys = (...keys: string[]) =>
  serveDeliveries(lab, {
    log,
    config: loadConfig({
      ...{ DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: FULL_KEY },
      ...(keys.length > 0 && { PICKUP_CODE_KEYS: keys.join(',') }),
    }),
  });
const api = use(() => withKeys(OLD_KEY));

const tokenOf = (sub: string, more: object = {}): string =>
  jwt.sign({ sub, role: 'authenticated', aud: 'authenticated', ...more }, JWT_SECRET, { expiresIn: '1h' });

/** Hours ago, as the shop's own system says it. */
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

/** Sends scans of a carrier, each in a request of its own, and waits until each is decided and in the archive. */
async function send(
  { trackingNo }: Parcel,
  ...scans: (readonly [status: string, hoursAgo: number, text?: string])[]
): Promise<string[]> {
  const ids: string[] = [];
  for (const [status, hours, text = ''] of scans) {
    const scan = {
      carrier: 'yto',
      tracking_no: trackingNo,
      status,
      event_text: text,
      event_time: ago(hours),
    };
    ids.push(await sendOne(scan));
  }
  return ids;
}

async function sendOne(scan: object, asked = api): Promise<string> {
  const archived = await count('waybell.webhooks');
  const { status, json } = await asked.call('POST', '/webhook/express/status', { json: scan });
  expect(status).toBe(200);
  const id = String(json['workflow_id']);
  await eventually(async () => (await count('waybell.webhooks')) > archived);
  await eventually(async () => {
    const { rows } = await lab.db.pool.query(
      `select from waybell.express_updates where workflow_id = $1 and (state = 'closed' or verdict = 'announce')`,
      [id],
    );
    return rows.length > 0;
  });
  return id;
}

async function count(table: string): Promise<number> {
  const { rows } = await lab.db.pool.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]?.count ?? 0;
}

/** The codes of the notification to collect the parcel, as its list has them for who asks. */
async function codesIn({ trackingNo }: Parcel, key: string, query = '', asked = api): Promise<unknown> {
  const { status, json, headers } = await asked.call('GET', `/api/v1/push/notifications${query}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  const entries = json['notifications'] as { tracking_no: string; status: string; pickup_codes: unknown }[];
  const waiting = entries.filter(
    (entry) => entry.tracking_no === trackingNo && entry.status === 'available_for_pickup',
  );
  expect(waiting).toHaveLength(1);
  for (const entry of entries) if (!waiting.includes(entry)) expect(entry.pickup_codes).toBeNull();
  return waiting[0]?.pickup_codes;
}

const ofBuyer = (parcel: Parcel, asked = api): Promise<unknown> =>
  codesIn(parcel, tokenOf(parcel.userId), '', asked);

/** The codes of a parcel in the list of its buyer's parcels. */
async function codesOfParcel({ trackingNo }: Parcel, key: string, query = ''): Promise<unknown> {
  const { json, headers } = await api.call('GET', `/api/v1/push/parcels?tracking_no=${trackingNo}${query}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(headers.get('cache-control')).toBe('no-store');
  const [parcel] = json['parcels'] as { pickup_codes: unknown; scans: { event_text: string }[] }[];
  expect(JSON.stringify(parcel?.scans)).toContain('取件码***');
  return parcel?.pickup_codes;
}

/** A parcel whose buyer and merchant were told to collect it. */
async function waitingParcel(text = TEXT): Promise<Parcel & { ids: string[] }> {
  const parcel = await lab.parcel();
  const ids = await send(parcel, ['in_transit', 9], ['available_for_pickup', 5, text]);
  await eventually(async () => {
    const { rows } = await lab.db.pool.query(
      `select from express_notifications where tracking_no = $1 and status = 'available_for_pickup' and send_status = 'success'`,
      [parcel.trackingNo],
    );
    return rows.length === 2;
  });
  return { ...parcel, ids };
}

async function applyRetention(): Promise<void> {
  const { client, taskQueue } = lab.temporal;
  await client.workflow.execute(RETENTION_WORKFLOW, { workflowId: `retention/${taskQueue}`, taskQueue });
}

/** The deliveries of which codes are kept, in the order of their names. */
async function keptFor(prefix: string): Promise<string[]> {
  const { rows } = await lab.db.pool.query<{ id: string }>(
    `select workflow_id as id from waybell.pickup_codes where starts_with(workflow_id, $1) order by 1`,
    [prefix],
  );
  return rows.map(({ id }) => id);
}

/** Every table of the shop and of Waybell in which a text stands somewhere, as text or as bytes. */
async function tablesWith(text: string): Promise<string[]> {
  const { rows } = await lab.db.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname in ('public', 'waybell') order by 1`,
  );
  const hex = Buffer.from(text).toString('hex');
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await lab.db.pool.query(
      `select from ${name} t where t::text like '%' || $1 || '%' or t::text like '%' || $2 || '%' limit 1`,
      [text, hex],
    );
    if (rowCount) found.push(name);
  }
  return found;
}

/** All that Temporal has of a delivery, payloads in clear. */
async function historyOf(workflowId: string): Promise<string> {
  const history = await lab.temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return JSON.stringify(history, (_, value: unknown) => {
    const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
    if (type === 'Buffer' && Array.isArray(data)) return Buffer.from(data as number[]).toString();
    return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
  });
}

test('the code of a locker is for the buyer alone, until the parcel is collected', async () => {
  await lab.withWorker(async () => {
    const parcel = await waitingParcel();
    const { userId, merchantId, ids, trackingNo } = parcel;
    expect(await ofBuyer(parcel)).toEqual([CODE]);

    expect(await codesOfParcel(parcel, tokenOf(userId))).toEqual([CODE]);

    // Nobody else: not the shop's key, for whomever it asks, nor the merchant, nor another person.
    expect(await codesIn(parcel, FULL_KEY, `?user_id=${userId}`)).toBeNull();
    expect(await codesIn(parcel, FULL_KEY, `?merchant_id=${merchantId}`)).toBeNull();
    expect(await codesOfParcel(parcel, FULL_KEY, `&user_id=${userId}`)).toBeNull();
    const staff = tokenOf('u-staff', { app_metadata: { merchant_id: merchantId } });
    expect(await codesIn(parcel, staff, `?merchant_id=${merchantId}`)).toBeNull();
    const ask = (path: string, key = FULL_KEY) =>
      api.call('GET', path, { headers: { authorization: `Bearer ${key}` } });
    const stranger = await ask(`/api/v1/push/notifications?user_id=${userId}`, tokenOf('u-stranger'));
    expect(stranger.json).toMatchObject({ code: 'not-your-device' });

    // Nowhere else: neither in tables but in the bytes of the carrier, nor in Temporal, logs, pushes and answers.
    expect(await tablesWith(CODE)).toEqual(['waybell.webhooks']);
    expect(await tablesWith('取件码***')).not.toEqual([]);
    const histories = await Promise.all(ids.map(historyOf));
    expect(histories.join()).toContain(trackingNo);
    const answers = await Promise.all(
      [
        `/api/v1/notifications?tracking_no=${trackingNo}`,
        `/api/v1/deliveries?id=${encodeURIComponent(trackingNo)}`,
        '/api/v1/webhooks',
        '/api/v1/words',
      ].map(async (path) => (await ask(path)).text),
    );
    for (const place of [...histories, ...answers, JSON.stringify(lines), JSON.stringify(lab.cloud.requests)])
      expect(place).not.toContain(CODE);

    // A problem takes nothing away; what ends the waiting does, and for good.
    await send(parcel, ['exception', 4]);
    expect(await ofBuyer(parcel)).toEqual([CODE]);
    await send(parcel, ['delivered', 3]);
    expect(await ofBuyer(parcel)).toBeNull();
    expect(await codesOfParcel(parcel, tokenOf(userId))).toBeNull();
    expect(await count('waybell.pickup_codes')).toBe(0);
    await send(parcel, ['available_for_pickup', 5, TEXT], ['available_for_pickup', 5, `${TEXT}！`]);
    expect(await ofBuyer(parcel)).toBeNull();
    expect(await count('waybell.pickup_codes')).toBe(0);
  });
});

test('the code of a parcel that waits is the newest that was told, the order’s present buyer’s, sealed for this parcel, and gone after seven days', async () => {
  await lab.withWorker(async () => {
    const [parcel, other] = [await waitingParcel(), await waitingParcel('丰巢取件码990011')];
    expect(await ofBuyer(other)).toEqual(['990011']);
    await send(parcel, ['available_for_pickup', 2, '已移至货架，取件码3-1-5566']);
    expect(await ofBuyer(parcel)).toEqual(['3-1-5566']);

    // A newer key seals, and the older one still opens; once it is gone, nothing does, and the log says so.
    const [changed, without] = [await withKeys(NEW_KEY, OLD_KEY), await withKeys()];
    expect(await ofBuyer(parcel, changed)).toEqual(['3-1-5566']);
    expect(await ofBuyer(parcel, without)).toBeNull();
    expect(lines.filter(({ msg }) => /PICKUP_CODE_KEYS/.test(String(msg)))).toHaveLength(1);

    // Another person's order.
    const whose = 'update ml_orders set user_id = $2 where id = $1';
    await lab.db.pool.query(whose, [parcel.orderId, 'u-somebody-else']);
    expect(await ofBuyer(parcel)).toBeNull();
    await lab.db.pool.query(whose, [parcel.orderId, parcel.userId]);
    expect(await ofBuyer(parcel)).toEqual(['3-1-5566']);

    // Moved by hand to another parcel.
    await lab.db.pool.query(
      `update waybell.pickup_codes set sealed = (select sealed from waybell.pickup_codes where workflow_id = $1)
          where workflow_id = $2`,
      [parcel.ids.at(-1), other.ids.at(-1)],
    );
    expect(await ofBuyer(other)).toBeNull();

    // Written beside the decision that ends the waiting, neither of which saw the other; more than a page before it.
    await send(other, ['delivered', 1]);
    const write = `insert into waybell.pickup_codes (workflow_id, scanned_at, received_at, sealed)`;
    await lab.db.pool.query(
      `${write} select 'a' || n, now(), now(), 'v1.x.y' from generate_series(1, 1100) n`,
    );
    await lab.db.pool.query(`${write} values ($1, now(), now(), 'v1.x.y')`, [other.ids.at(-1)]);
    expect(await keptFor(String(other.ids.at(-1)))).toHaveLength(1);
    await applyRetention();
    expect(await keptFor(String(other.ids.at(-1)))).toEqual([]);
    expect(await keptFor('a')).toHaveLength(1100);
    expect(await ofBuyer(parcel)).toEqual(['3-1-5566']);

    await lab.db.pool.query(`update waybell.pickup_codes set scanned_at = now() - interval '7 days'`);
    expect(await ofBuyer(parcel)).toBeNull();
    await applyRetention();
    expect(await count('waybell.pickup_codes')).toBe(0);

    // Without a key nothing is kept.
    const { trackingNo } = await lab.parcel();
    const scan = {
      carrier: 'yto',
      tracking_no: trackingNo,
      status: 'available_for_pickup',
      event_text: TEXT,
    };
    await sendOne({ ...scan, event_time: ago(1) }, without);
    expect(await count('waybell.pickup_codes')).toBe(0);
    await Promise.all([changed.close(), without.close()]);
  });
});

test('of one scan the newer request has the last word, whichever is written first', async () => {
  const [scannedAt, earlier] = [ago(3), ago(2)];
  const told = (workflowId: string, received: number, sealed: string, scan = scannedAt): ReceivedCodes => ({
    ...{ workflowId, scannedAt: scan, sealed },
    receivedAt: new Date(Date.parse(earlier) + received),
  });
  const sealedOf = async (workflowId: string): Promise<unknown> => {
    const { rows } = await lab.db.pool.query<{ sealed: string }>(
      'select sealed from waybell.pickup_codes where workflow_id = $1',
      [workflowId],
    );
    return rows[0]?.sealed;
  };
  await insertPickupCodes(lab.db.pool, [told('late', 2, 'newer')]);
  await insertPickupCodes(lab.db.pool, [told('late', 1, 'older')]);
  expect(await sealedOf('late')).toBe('newer');
  await insertPickupCodes(lab.db.pool, [told('late', 3, 'newest'), told('late', 1, 'older')]);
  expect(await sealedOf('late')).toBe('newest');
  await insertPickupCodes(lab.db.pool, [told('late', 4, 'of an older scan', ago(4))]);
  expect(await sealedOf('late')).toBe('newest');
  await insertPickupCodes(lab.db.pool, [told('late', 1, 'of a newer scan', ago(1))]);
  expect(await sealedOf('late')).toBe('of a newer scan');
});
