import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { createToken, tokenSha256 } from '../../src/intake/channels/channels';
import { changeChannelsFile } from '../../src/intake/channels/file';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { serveApi, type Api } from '../api/api-lab';
import { storedChannel } from '../intake/own-channel';
import { eventually, LAB_TIMERS, useLab } from '../setup/delivery-lab';
import { openTestIntake } from '../setup/intake';
import { use } from '../setup/use';

/** What real senders have sent, signed as they sign it: each file a parcel or two, and their requests in order. */
const FOLDER = path.join(__dirname, 'field-cases');

interface Recording {
  readonly source: string;
  readonly secret: string;
  readonly sent_at: string;
  readonly parcels: readonly { readonly carrier: string; readonly tracking_no: string }[];
  readonly requests: readonly {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }[];
}

const read = (file: string): Recording =>
  JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Recording;

/** One recording, and what people are told after each of its requests. */
interface FieldCase {
  readonly file: string;
  readonly told: readonly (readonly string[])[];
}

const CASES: readonly FieldCase[] = [
  {
    file: '01-zto-return-scan-is-address-change.json',
    told: [['picked_up'], ['in_transit'], ['out_for_delivery'], ['delivered']],
  },
  { file: '05-sf-locker-collected-128.json', told: [['available_for_pickup'], ['delivered']] },
  {
    file: '06-sf-station-and-forwarding.json',
    told: [['available_for_pickup'], ['delivered'], ['in_transit'], ['out_for_delivery'], ['delivered']],
  },
  {
    file: '07-kuaidi100-refused-then-delivered.json',
    told: [['out_for_delivery'], ['exception'], ['out_for_delivery'], ['delivered']],
  },
  { file: '09-kuaidi100-abort-then-revived.json', told: [['expired'], ['picked_up']] },
  { file: '10-kuaidi100-carrier-code-differs.json', told: [['out_for_delivery']] },
  { file: '17-17track-time-raw-date-only.json', told: [['customs']] },
  { file: '19-aftership-legacy-signature-header.json', told: [['out_for_delivery']] },
  { file: '20-aftership-number-with-dots.json', told: [['delivered']] },
  { file: '23-svix-headers.json', told: [['delivered']] },
  // What the word of the shop wins over is proved by intake/shop-words; here it comes in as its sender sent it.
  { file: '47-status-map-cannot-correct-a-table.json', told: [['in_transit']] },
];
/** What it sends comes from the shop itself, and what is told of is the function. */
const SILENT_FUNCTION = '30-push-function-returns-nothing.json';

/** It signs nothing. */
const UNSIGNED = ['sf'];

const lab = useLab();
const api = use(openApi);

/** The API of a shop with a channel for each source. */
async function openApi(): Promise<Api & { readonly tokenOf: (source: string) => string }> {
  const parts = {
    ...{
      config: loadConfig({ STATUS_MAP: '{"sf/99":"in_transit"}' }),
      pool: lab.db.pool,
      temporal: lab.temporal.client,
    },
    ...{ taskQueue: lab.temporal.taskQueue, log: pino({ level: 'silent' }) },
  };
  const own = await openTestIntake({ ...parts.config, ...parts });
  const channels = new Map(
    CASES.map(({ file }) => read(file)).map(({ source, secret }) => [
      source,
      { token: createToken(), secret },
    ]),
  );
  await changeChannelsFile(own.channelsFile, () =>
    [...channels].map(([source, { token, secret }]) =>
      storedChannel({
        source,
        tokens: [{ sha256: tokenSha256(token) }],
        secrets: UNSIGNED.includes(source) ? [] : [{ value: secret }],
        unsigned: UNSIGNED.includes(source),
      }),
    ),
  );
  // The file is looked at once a second at most.
  for (const [source, { token }] of channels)
    await eventually(async () => (await own.channels.find(source, token)) !== undefined);
  // Some proofs are as old as the recordings.
  const clock = (): number => Date.parse(read(SILENT_FUNCTION).sent_at);
  const served = await serveApi({ ...parts, ...own, clock });
  return {
    ...served,
    tokenOf: (source) => channels.get(source)?.token ?? '',
    close: async () => {
      await served.close();
      await own.close();
    },
  };
}

/** The shop's order for a parcel, with a phone of the buyer. */
async function order(carrier: string, trackingNo: string): Promise<string> {
  const { rows } = await lab.db.pool.query<{ id: string }>(
    `insert into ml_orders (id, user_id) values ('O-' || $1::text, 'u-' || $1::text) returning id`,
    [trackingNo],
  );
  await lab.db.pool.query(
    `insert into platform_express_waybills (carrier, tracking_no, order_id) values ($1, $2, $3)`,
    [carrier, trackingNo, rows[0]?.id],
  );
  return lab.registerDevice({ userId: `u-${trackingNo}` });
}

interface Row {
  readonly status: string;
  readonly send_status: string;
}
const rowsOf = async (numbers: readonly string[]): Promise<Row[]> =>
  (
    await lab.db.pool.query<Row>(
      `select status, send_status from express_notifications where tracking_no = any ($1)
        order by created_at, message_id`,
      [numbers],
    )
  ).rows;
/** Updates that came to their end, of all that were decided. */
const closed = async (numbers: readonly string[]): Promise<number> =>
  (
    await lab.db.pool.query<{ count: number }>(
      `select count(*)::int from waybell.express_updates u
         join platform_express_waybills w on w.id::text = u.waybill_id
        where w.tracking_no = any ($1) and u.state = 'closed'`,
      [numbers],
    )
  ).rows[0]?.count ?? 0;

describe('what real senders send gets to the phones', () => {
  test.each(CASES)('$file', async ({ file, told }) => {
    const { source, parcels, requests } = read(file);
    const numbers = parcels.map(({ tracking_no: number }) => number);
    const cids: string[] = [];
    for (const { carrier, tracking_no: number } of parcels) cids.push(await order(carrier, number));
    expect(requests).toHaveLength(told.length);

    const toldSoFar: string[] = [];
    await lab.withWorker(
      async () => {
        for (const [index, request] of requests.entries()) {
          const answer = await api.call('POST', `/webhooks/${source}/${api.tokenOf(source)}`, request);
          expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
          await eventually(async () => (await closed(numbers)) === index + 1);
          toldSoFar.push(...(told[index] ?? []));
          expect(await rowsOf(numbers)).toEqual(
            toldSoFar.map((status) => ({ status, send_status: 'success' })),
          );
        }
      },
      undefined,
      { timers: LAB_TIMERS },
    );
    const pushed = lab.cloud.requests.filter(({ push_clientid: cid }) => cids.includes(cid));
    expect(pushed.map(({ payload }) => payload.notificationId.split(':')[2])).toEqual(toldSoFar);
    const { rows } = await lab.db.pool.query(
      `select count(*)::int from platform_express_waybills where tracking_no = any ($1)`,
      [numbers],
    );
    expect(rows).toEqual([{ count: parcels.length }]);
  });

  test.each(['""', '{"ok":true}'])(
    `${SILENT_FUNCTION}, whose function answers with %s, buzzes three times and then asks a person`,
    async (said) => {
      const number = `PUSH${said.length}0000030`;
      const cid = await order('own', number);
      lab.cloud.answer(cid, { body: said === '""' ? undefined : JSON.parse(said) });
      const [request] = read(SILENT_FUNCTION).requests;
      const body = request?.body.replace('PUSH00000030', number);
      await lab.withWorker(
        async () => {
          const answer = await api.call('POST', '/webhook/express/status', { ...request, body: body ?? '' });
          expect(answer.status).toBe(200);
          const { workflow_id: workflowId = '' } = answer.json as { workflow_id?: string };
          const handle = lab.temporal.client.workflow.getHandle(workflowId);
          await eventually(async () =>
            (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
          );
          await lab.terminate(workflowId);
        },
        undefined,
        { timers: { ...LAB_TIMERS, retryScale: 1 / 100 } },
      );
      expect(lab.cloud.countFor(cid)).toBe(3);
      const { json } = await api.call('GET', `/api/v1/deliveries?name=${number}`);
      expect(JSON.stringify(json)).toContain(
        'must return all that sendMessage gave it, and pass request_id on',
      );
    },
  );

  test('every recording is played', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...CASES.map(({ file }) => file), SILENT_FUNCTION].sort());
  });
});
