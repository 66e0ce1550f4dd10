import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Client } from '@temporalio/client';
import jwt from 'jsonwebtoken';
import { migrate } from '../../src/database/schema/migrate';
import { TASK_QUEUE } from '../../src/workflows/contract';
import { findEverywhere, type Hit } from '../setup/find-everywhere';
import { eventually } from '../setup/processes';
import { startTcpProxy } from '../setup/tcp-proxy';
import { use } from '../setup/use';
import { runProduct } from '../start/product';
import { useShop } from '../start/shop';
import { IN_ORDER, WITHOUT_DATABASE, type Seed } from './seeded-words';

const SEEDS = [...IN_ORDER, ...WITHOUT_DATABASE];
const MASKED = SEEDS.flatMap(({ masked }) => masked);
const MEDICINES = SEEDS.flatMap(({ medicine = [] }) => medicine);
const PLACES = SEEDS.flatMap(({ place = [] }) => place);
const WORDS = SEEDS.flatMap(({ word = [] }) => word);
const TOLD = SEEDS.filter(({ word }) => word === undefined);
const CODES = randomBytes(24).toString('hex');
const JWT_SECRET = randomBytes(24).toString('hex');
const HOUR_MS = 60 * 60_000;

/** A wall clock in China an hour ago, as carriers write it. */
const HOUR_AGO = new Date(Date.now() + 7 * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ');

describe('what carriers say of people', () => {
  const shop = useShop();
  const database = use(() => {
    const { hostname, port } = new URL(shop.db.url);
    return startTcpProxy({ host: hostname, port: Number(port) });
  });
  /** A product whose way to PostgreSQL can be cut, and that was told everything. */
  const stage = use(async () => {
    await migrate(shop.db.url, () => undefined);
    const numbers = SEEDS.map(({ trackingNo }) => trackingNo);
    await shop.db.pool.query(
      `insert into ml_orders (id, user_id, merchant_id)
         select 'order-' || number, 'buyer-' || number, 'the shop' from unnest($1::text[]) number`,
      [numbers],
    );
    await shop.db.pool.query(
      `insert into platform_express_waybills (carrier, tracking_no, order_id)
         select case when number like 'SF%' then 'sf' else 'yto' end, number, 'order-' || number
           from unnest($1::text[]) number`,
      [numbers],
    );
    const throughProxy = new URL(shop.db.url);
    throughProxy.hostname = '127.0.0.1';
    throughProxy.port = `${database.port}`;
    const settings = {
      ...shop.settings,
      DATABASE_URL: throughProxy.href,
      PICKUP_CODE_KEYS: CODES,
      DEVICE_REGISTRATION: 'jwt',
      SUPABASE_JWT_SECRET: JWT_SECRET,
    };

    const run = async (...command: string[]): Promise<string> => {
      const asked = runProduct(command, settings);
      await asked.exitCode;
      return asked.output();
    };
    const added = await run(
      'channels',
      'add',
      'sf',
      '--name',
      'main',
      '--url',
      `http://127.0.0.1:${settings.PORT}`,
    );
    const sfUrl = /http\S+\/webhooks\/sf\/\S+/.exec(added)?.[0] ?? '';

    const product = runProduct(['start'], settings);
    await product.ready();
    for (const number of numbers) {
      const phone = { cid: `phone-${number}`, user_id: `buyer-${number}` };
      expect((await shop.post('/api/v1/push/register', phone)).status).toBe(200);
    }

    const tell = async ({ trackingNo, status, text, place }: Seed): Promise<void> => {
      const answer =
        place === undefined
          ? await shop.post('/webhook/express/status', {
              carrier: 'yto',
              tracking_no: trackingNo,
              status,
              event_text: text,
              event_time: HOUR_AGO,
            })
          : await fetch(sfUrl, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({
                Body: {
                  WaybillRoute: [
                    {
                      id: trackingNo,
                      mailno: trackingNo,
                      orderid: 'x',
                      acceptTime: HOUR_AGO,
                      acceptAddress: place,
                      remark: text,
                      opCode: status,
                    },
                  ],
                },
              }),
            });
      expect([trackingNo, answer.status]).toEqual([trackingNo, 200]);
    };
    for (const seed of IN_ORDER) await tell(seed);
    await eventually(async () => (await archived()) === IN_ORDER.length);
    database.cut();
    for (const seed of WITHOUT_DATABASE) await tell(seed);
    database.mend();
    await eventually(async () => (await archived()) === SEEDS.length);
    await eventually(() => shop.cloud.requests.length === TOLD.length);

    async function archived(): Promise<number> {
      const { rows } = await shop.db.pool.query(`select from waybell.webhooks`);
      return rows.length;
    }
    return {
      run,
      product,
      close: () => product.end('SIGTERM'),
    };
  });

  const get = async (route: string, key = shop.settings['API_KEYS']): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${shop.settings.PORT}${route}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect([route, answer.status]).toEqual([route, 200]);
    return answer.text();
  };

  /** By mark, the places where it stands. */
  async function placesByMark(marks: readonly string[]): Promise<Record<string, string[]>> {
    const namespace = shop.settings['TEMPORAL_NAMESPACE'] ?? '';
    const client = new Client({ connection: shop.temporal.connection, namespace });
    const hits = await findEverywhere(
      { pool: shop.db.pool, temporal: { client, taskQueue: TASK_QUEUE }, folders: [shop.settings.DATA_DIR] },
      marks,
    );
    const places = (mark: string): string[] =>
      hits.filter((hit) => hit.mark === mark && !isJournalFile(hit)).map(({ place }) => place);
    return Object.fromEntries(marks.map((mark) => [mark, places(mark).sort()]));
  }
  /** A store on disk keeps what was deleted until it compacts itself: docs/privacy.md says so. */
  const isJournalFile = ({ place }: Hit): boolean =>
    place.startsWith(path.join(shop.settings.DATA_DIR, 'journal'));

  const eachIn = (marks: readonly string[], places: readonly string[]): Record<string, readonly string[]> =>
    Object.fromEntries(marks.map((mark) => [mark, places]));

  test('what has a form stands nowhere but in the bytes as they came', async () => {
    const found = await placesByMark(MASKED);
    expect([...new Set(Object.values(found).flat())]).toEqual(['waybell.webhooks.body']);
  });

  test('what has none stands beside its scan, in messages and in those bytes, and nowhere in Temporal', async () => {
    expect(await placesByMark([...MEDICINES, ...PLACES, ...WORDS])).toEqual({
      ...eachIn(MEDICINES, [
        'public.express_notifications.event_text_safe',
        'waybell.scan_texts.text',
        'waybell.webhooks.body',
      ]),
      ...eachIn(PLACES, ['waybell.scan_texts.place', 'waybell.webhooks.body']),
      ...eachIn(WORDS, ['waybell.scan_texts.word', 'waybell.webhooks.body']),
      // A source of a carrier tells what of a request it did not understand.
      布地奈德急送: ['waybell.scan_texts.word', 'waybell.webhooks.body', 'waybell.webhooks.flaws'],
    });
  });

  test('no push, no line of the log, no metric, and no answer about a parcel has any of it', async () => {
    const { trackingNo } = IN_ORDER[1]!;
    const given: Record<string, string> = {
      pushes: JSON.stringify(shop.cloud.requests),
      log: stage.product.output(),
      why: await stage.run('why', trackingNo),
    };
    for (const route of [
      '/metrics',
      '/readyz',
      '/api/v1/attention',
      '/api/v1/audit',
      '/api/v1/channels',
      `/api/v1/ledger?since=${encodeURIComponent(new Date(Date.now() - HOUR_MS).toISOString())}`,
      `/api/v1/notifications?tracking_no=${trackingNo}`,
      `/api/v1/deliveries?name=${trackingNo}`,
      `/api/v1/push/notifications?user_id=buyer-${trackingNo}`,
    ])
      given[route] = await get(route);
    const all = [...MASKED, ...MEDICINES, ...PLACES, ...WORDS];
    for (const [where, text] of Object.entries(given))
      expect([where, all.filter((mark) => text.includes(mark))]).toEqual([where, []]);
  });

  test('words that the shop has to explain are shown to those who may, without what has a form', async () => {
    const shown = [await stage.run('words'), await stage.run('doctor')];
    for (const text of shown) expect(WORDS.filter((word) => !text.includes(word))).toEqual([]);
    const flaws = await get('/api/v1/webhooks');
    for (const text of [...shown, flaws]) expect(MASKED.filter((mark) => text.includes(mark))).toEqual([]);
  });

  test('a pickup code is shown to its buyer, and to nobody else', async () => {
    const { trackingNo } = IN_ORDER[1]!;
    const token = jwt.sign(
      { sub: `buyer-${trackingNo}`, aud: 'authenticated', role: 'authenticated' },
      JWT_SECRET,
      { expiresIn: '1h' },
    );
    expect(await get('/api/v1/push/notifications', token)).toContain('8-3-2046');
  });

  test('after an erasure, nothing of it is anywhere but the shop’s own rows and the record of the parcel', async () => {
    const [, { trackingNo, masked, medicine = '' }] = IN_ORDER as [Seed, Seed];
    const [person, phone] = [`buyer-${trackingNo}`, `phone-${trackingNo}`];
    const asked = await shop.post('/api/v1/erasures', { user_id: person, reason: 'the account is closed' });
    expect(asked.status).toBe(200);
    const gone = [...masked, medicine, phone];
    await eventually(async () => Object.values(await placesByMark([medicine, phone])).flat().length === 0);

    expect(await placesByMark(gone)).toEqual(eachIn(gone, []));
    const left = await placesByMark([person, trackingNo]);
    // Whom an erasure is about is forgotten when it is done, a minute later.
    expect(left[person]).toEqual(['public.ml_orders.user_id', 'waybell.erasures.subject']);
    expect(left[trackingNo]).toEqual(
      expect.arrayContaining([
        'public.platform_express_waybills.tracking_no',
        'waybell.express_updates.workflow_id',
      ]),
    );
    expect(
      left[trackingNo]?.filter((place) => /Temporal|history|scan_texts|pickup|pushes|devices/.test(place)),
    ).toEqual([]);
    const { rows } = await shop.db.pool.query(
      `select from waybell.pickup_codes where workflow_id like '%' || $1 || '%'`,
      [trackingNo],
    );
    expect(rows).toEqual([]);
    // The others keep theirs.
    const [other] = IN_ORDER as [Seed];
    expect((await placesByMark([other.medicine ?? '']))[other.medicine ?? '']).not.toEqual([]);
  });
});
