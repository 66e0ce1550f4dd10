import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createECDH, randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { endHold, listHolds, openHold } from '../../src/database/held';
import type { PushProvider } from '../../src/push/provider';
import { createProviders } from '../../src/push/registry';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { listen } from '../push/local-server';
import { eventually, LAB_TIMERS, type DeliveryHandle, type Parcel, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';

/** What is waited for is the same, sooner. */
const timers = { ...LAB_TIMERS, heldLook: 300, retryScale: 1 / 100 };

const lab = useLab();
afterEach(() => lab.db.pool.query('truncate waybell.push_circuits, waybell.provider_failures'));

const holds = () => listHolds(lab.db.pool);
const waitsForAPerson = (handle: DeliveryHandle): Promise<boolean | undefined> =>
  eventually(async () =>
    (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
  );
const pushesOf = async (handle: DeliveryHandle): Promise<Record<string, unknown>[]> =>
  (
    await lab.db.pool.query<Record<string, unknown>>(
      `select state, code, words, count(*)::int from waybell.express_pushes where workflow_id = $1
        group by 1, 2, 3 order by 1, 2`,
      [handle.workflowId],
    )
  ).rows;

/** Waits until its phone has it; the merchant, who has none, would be waited for. */
async function isTold(handle: DeliveryHandle): Promise<void> {
  await eventually(async () => (await pushesOf(handle))[0]?.['state'] === 'accepted');
  await lab.terminate(handle.workflowId);
}

describe.each([
  [
    'nothing',
    { body: undefined },
    'no_target_status',
    /^the function must return all .* and pass request_id on/,
  ],
  [
    'its own word',
    { body: { ok: true } },
    'no_target_status',
    /^the function must return all that sendMessage gave/,
  ],
  ['a word that nobody knows', { body: { errCode: 0, data: {} } }, 'no_target_status', /request_id/],
])('a function that pushes and answers with %s', (_, answer, code, words) => {
  test('is asked three times for a push, and after three people’s for none', async () => {
    const parcels = await Promise.all([1, 2, 3, 4].map(() => lab.parcel({ user: 1, merchant: 0 })));
    const cids = parcels.map((parcel) => parcel.cids[0] ?? '');
    for (const cid of cids) lab.cloud.answer(cid, answer);
    await lab.withWorker(
      async () => {
        for (const parcel of parcels.slice(0, 3)) {
          expect(await holds()).toEqual([]);
          const handle = await lab.start(parcel, 'delivered', 1);
          await waitsForAPerson(handle);
          expect(await pushesOf(handle)).toEqual([
            { state: 'failed', code, words: expect.stringMatching(words), count: 1 },
          ]);
          await lab.terminate(handle.workflowId);
        }
        expect(await holds()).toMatchObject([{ cause: 'unclear', words: expect.stringMatching(words) }]);
        const held = await lab.start(parcels[3] as Parcel, 'delivered', 1);
        await eventually(async () => ((await held.describe()).raw.pendingActivities ?? []).length > 0);
        expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual([3, 3, 3, 0]);
        // One phone, one request: what it shows again, uni-push can tell.
        for (const cid of cids) {
          const ids = lab.cloud.requests.filter(({ push_clientid }) => push_clientid === cid);
          expect(new Set(ids.map(({ request_id: id }) => id)).size).toBeLessThanOrEqual(1);
        }
        // Once it is mended, a probe lets them go.
        lab.cloud.answer(cids[3] ?? '');
        await lab.db.pool.query(`update waybell.push_circuits set probe_at = now() - interval '10 minutes'`);
        await isTold(held);
        expect(await holds()).toEqual([]);
      },
      undefined,
      { timers },
    );
  });
});

describe('browsers of one person that belong to another VAPID key', () => {
  const vapid = createECDH('prime256v1');
  vapid.generateKeys();
  const config = loadConfig({
    VAPID_PRIVATE_KEY: vapid.getPrivateKey('base64url'),
    VAPID_SUBJECT: 'mailto:ops@shop.example',
    WEBPUSH_LOOPBACK: 'allow',
  });
  const asked: string[] = [];
  const service = use(() =>
    listen((request, response) => {
      asked.push(request.url ?? '');
      request
        .resume()
        .on('end', () => response.writeHead(request.url?.startsWith('/bad/') ? 403 : 201).end());
    }),
  );
  const ours = createProviders(config.push);
  let providers: ReadonlyMap<string, PushProvider>;
  beforeAll(() => {
    providers = new Map([...lab.deps.providers, ...ours]);
  });
  afterAll(async () => {
    for (const provider of ours.values()) await provider.close?.();
  });

  async function browsersOf({ userId }: Parcel, kind: 'good' | 'bad', count: number): Promise<void> {
    const keys = createECDH('prime256v1');
    const subscription = {
      p256dh: keys.generateKeys('base64url'),
      auth: randomBytes(16).toString('base64url'),
    };
    for (let each = 0; each < count; each += 1) {
      await lab.db.pool.query(
        `insert into push_devices (cid, user_id, provider, subscription) values ($1, $2, 'webpush', $3)`,
        [`${service.url}/${kind}/${randomBytes(8).toString('hex')}`, userId, subscription],
      );
    }
  }
  const customer = async (kind: 'good' | 'bad', browsers: number): Promise<Parcel> => {
    const parcel = await lab.parcel({ user: 0, merchant: 0 });
    await browsersOf(parcel, kind, browsers);
    return parcel;
  };
  const countOf = (kind: string): number => asked.filter((url) => url.startsWith(`/${kind}/`)).length;

  test('hold Web Push for nobody: forty of them fail, and every other customer is told', async () => {
    const attacker = await customer('bad', 40);
    const others = await Promise.all(Array.from({ length: 10 }, () => customer('good', 1)));
    await lab.withWorker(
      async () => {
        const attack = await lab.start(attacker, 'delivered', 1);
        const handles = await Promise.all(others.map((parcel) => lab.start(parcel, 'delivered', 1)));
        for (const handle of handles) await isTold(handle);
        await waitsForAPerson(attack);
        expect(await pushesOf(attack)).toMatchObject([
          { state: 'failed', code: 'provider_config', count: 40 },
        ]);
        expect(await holds()).toEqual([]);
        await lab.terminate(attack.workflowId);
      },
      undefined,
      { timers, providers },
    );
    expect([countOf('bad'), countOf('good')]).toEqual([40, 10]);
  });

  test('are no probe while somebody waits whom the provider has reached before', async () => {
    const before = countOf('bad');
    const [attacker, known] = [await customer('bad', 3), await customer('good', 1)];
    await lab.withWorker(
      async () => {
        const first = await lab.start(known, 'in_transit', 1);
        await isTold(first);
        await openHold(lab.db.pool, 'webpush', { cause: 'suspect', words: 'HTTP 403', probed: true });
        const attack = await lab.start(attacker, 'delivered', 1);
        await lab.db.pool.query('update waybell.push_circuits set probe_at = now()');
        // Many looks, and none of them goes.
        await new Promise((resolve) => setTimeout(resolve, 10 * timers.heldLook));
        expect(countOf('bad')).toBe(before);
        const second = await lab.start(known, 'delivered', 2);
        await isTold(second);
        expect(await holds()).toEqual([]);
        await waitsForAPerson(attack);
        await lab.terminate(attack.workflowId);
      },
      undefined,
      { timers, providers },
    );
    await endHold(lab.db.pool, 'webpush');
  });
});
