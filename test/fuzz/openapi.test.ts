import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { OPERATIONS } from '../../src/api/operations';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from '../start/product';
import { fuzz, type FuzzReport } from './schemathesis';

const TIMES = Number(process.env['FUZZ_TIMES'] ?? 1);
/** For each operation and each of those who ask. */
const EXAMPLES = 20 * TIMES;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
/** On a busy machine; half a minute on a quiet one. */
const SLOW_MS = 600_000 * TIMES;

/** Of the sample shop that the embedded database has. */
const [PARCEL, ORDER] = ['TEST_YT_20260206_0007', 'ORDER_20260206_0007'] as const;
const [PERSON, PHONE] = ['user-0007', 'demo-phone-buyer-1'] as const;

describe('the whole API, asked for what its description allows and for what it does not', () => {
  const key = randomBytes(24).toString('hex');
  const jwtSecret = randomBytes(24).toString('hex');
  let settings: Settings;
  let product: Product;
  let api: string;
  let known: Record<string, readonly string[]>;

  beforeAll(async () => {
    settings = {
      ...(await ownSettings()),
      DEVICE_REGISTRATION: 'jwt',
      // What is asked for is the API, not its limits.
      KEY_REQUESTS_PER_SECOND: '100000',
      PERSON_REQUESTS_PER_MINUTE: '100000',
      API_KEYS: key,
      SUPABASE_JWT_SECRET: jwtSecret,
    };
    api = `http://127.0.0.1:${settings.PORT}`;
    product = runProduct(['start'], settings);
    await product.ready();
    known = await somethingToName();
  }, SLOW_MS);
  afterAll(async () => {
    await product.end('SIGTERM');
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  });

  const call = async <Answer>(method: string, route: string, body?: object): Promise<Answer> => {
    const response = await fetch(api + route, {
      method,
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: body && JSON.stringify(body),
    });
    return (await response.json()) as Answer;
  };

  /** A parcel that was delivered, a bulk retry, and the URL of a channel: what a request can be about. */
  async function somethingToName(): Promise<typeof known> {
    const { workflow_id: workflowId } = await call<{ workflow_id: string }>(
      'POST',
      '/webhook/express/status',
      {
        ...{ carrier: 'yto', tracking_no: PARCEL, status: 'delivered', event_time: new Date().toISOString() },
      },
    );
    const messages = async (): Promise<string[]> =>
      (
        await call<{ notifications: { message_id: string }[] }>('GET', '/api/v1/notifications')
      ).notifications.map(({ message_id }) => message_id);
    await eventually(async () => (await messages()).length === 2);
    const names = [PARCEL, workflowId, ...(await messages())];
    const { retry_id: retryId } = await call<{ retry_id: string }>('POST', '/api/v1/retries', {
      ids: names,
    });
    const channel = runProduct(['channels', 'add', 'own-system', '--unsigned'], settings);
    expect(await channel.exitCode).toBe(0);
    const [, token = ''] = /\/webhooks\/own-system\/(\S+)/.exec(channel.output()) ?? [];
    return {
      ...{ 'path.name': names, 'query.name': names, message_id: await messages() },
      ...{ tracking_no: [PARCEL], carrier: ['yto'], recipient_id: [PERSON] },
      ...{ retry_id: [retryId], user_id: [PERSON], source: ['own-system'], token: [token] },
      ...{ 'body.message_id': await messages(), 'body.cid': [PHONE], 'body.order_id': [ORDER] },
    };
  }

  async function askedWith(who: Record<string, string>): Promise<FuzzReport> {
    // As from a proxy without a name, behind which no address has limits.
    const headers = { ...who, 'X-Forwarded-For': '203.0.113.7' };
    const report = await fuzz({
      ...{ api, folder: settings.DATA_DIR, headers, known, seed: SEED, examples: EXAMPLES },
    });
    expect(report).toMatchObject({ complete: true, failures: [], errors: [] });
    expect(report.operations).toMatchObject({ total: OPERATIONS.length, tested: OPERATIONS.length });
    return report;
  }

  test(
    'answers who has a full key as described, and never with a server error',
    async () => {
      const { warnings } = await askedWith({ 'X-Api-Key': key });
      // Only GeTui can sign its receipts: everything else is let in.
      expect(warnings.missing_auth).toEqual(['POST /api/v1/push/receipts/getui']);
    },
    SLOW_MS,
  );

  test(
    'answers a person with a token as described, and never with a server error',
    async () => {
      const claims = { sub: PERSON, role: 'authenticated', aud: 'authenticated' };
      const token = jwt.sign(claims, jwtSecret, { expiresIn: '12h' });
      const { warnings } = await askedWith({ Authorization: `Bearer ${token}` });
      expect(warnings.missing_auth).not.toContain('GET /api/v1/push/devices');
      expect(warnings.missing_auth).toContain('GET /api/v1/notifications');
    },
    SLOW_MS,
  );

  test.each([
    ['who shows nothing', {}],
    ['who shows a key that nobody has', { 'X-Api-Key': 'k'.repeat(48) }],
  ])(
    'answers %s as described, and never with a server error',
    async (_, headers: Record<string, string>) => {
      await askedWith(headers);
    },
    SLOW_MS,
  );

  test(
    'is as healthy after all this as before: ready, nothing left in the journal, everything accounted for',
    async () => {
      const readiness = (): Promise<object> => call<object>('GET', '/readyz');
      await eventually(async () => JSON.stringify(await readiness()).includes('"waiting":0'));
      expect(await readiness()).toMatchObject({ ok: true, worker: 'ok', journal: { waiting: 0 } });
      await requireClosedLedger(settings);
    },
    SLOW_MS,
  );

  test('has logged no error, and ends when it is told to', async () => {
    expect(await product.end('SIGTERM')).toBe(0);
    const log = await readFile(path.join(settings.DATA_DIR, 'logs/waybell.log'), 'utf8');
    // An alarm is no error of ours: it tells that a channel refuses what comes, which is true here.
    const errors = log
      .split('\n')
      .filter((line) => /"level":"(?:error|fatal)"/.test(line) && !line.includes('"alarm":'));
    expect(errors).toEqual([]);
  });
});
