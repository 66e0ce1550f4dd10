import { describe, expect, test } from '@jest/globals';
import type { Channels } from '../../src/intake/channels/channels';
import { DEFAULT_CONDITIONS } from '../../src/intake/channels/file';
import { SOURCES } from '../../src/sources/registry';
import type { WebhookRequest } from '../../src/sources/source';
import { serveDeliveries } from '../api/delivery-api';
import { useLab } from '../setup/delivery-lab';
import { eventually } from '../setup/processes';
import { use } from '../setup/use';
import { formRequest } from '../sources/requests';

const PATIENCE_MS = 60_000;

type Kind = 'in_transit' | 'out_for_delivery';
interface Scan {
  /** On one day, in UTC: `08:00`. */
  readonly at: string;
  readonly kind: Kind;
}

/** Of the parcels of the lab. */
const CARRIER = 'yto';
const DAY = '2026-11-27';
const iso = ({ at }: Scan): string => `${DAY}T${at}:00Z`;
const chinese = ({ at }: Scan): string =>
  `${DAY} ${String(Number(at.slice(0, 2)) + 8).padStart(2, '0')}${at.slice(2)}:00`;
const textOf = ({ at, kind }: Scan): string => `${kind} at ${at}`;

const json = (value: unknown): WebhookRequest => ({
  body: Buffer.from(JSON.stringify(value)),
  headers: { 'content-type': 'application/json' },
});

interface History {
  readonly number: string;
  /** Of what the sender knows by now, the oldest first. */
  readonly scans: readonly Scan[];
  /** How often the sender has said by now, and says again, that it has long not heard of the parcel; 0: it says nothing of that. */
  readonly silent: 0 | 1 | 2;
}

/** How each source tells a history, and that it is silent. `own-system` sends scan after scan. */
const SENDERS: Readonly<Record<string, (history: History) => readonly WebhookRequest[]>> = {
  kuaidi100({ number, scans, silent }) {
    const codes = { in_transit: '0', out_for_delivery: '5' };
    const data = [...scans]
      .reverse()
      .map((scan) => ({ time: chinese(scan), context: textOf(scan), statusCode: codes[scan.kind] }));
    const param = {
      ...{ status: silent ? 'abort' : 'polling', message: silent ? '60天无变化' : '' },
      lastResult: { nu: number, com: CARRIER, state: '0', data },
    };
    return [formRequest({ param: JSON.stringify(param), sign: '' })];
  },
  kdniao({ number, scans, silent }) {
    const codes = { in_transit: '2', out_for_delivery: '202' };
    const traces = scans.map((scan) => ({
      ...{ AcceptTime: chinese(scan), AcceptStation: textOf(scan), Action: codes[scan.kind] },
    }));
    const row = {
      ...{ ShipperCode: CARRIER, LogisticCode: number, State: '2', Traces: traces },
      ...{ Success: silent === 0, Reason: silent ? '三天无轨迹' : '' },
    };
    return [formRequest({ RequestData: JSON.stringify({ Data: [row] }), RequestType: '101', DataSign: '' })];
  },
  aftership({ number, scans, silent }) {
    const tags = { in_transit: 'InTransit', out_for_delivery: 'OutForDelivery' };
    const checkpoints = scans.map((scan) => ({
      ...{ slug: CARRIER, checkpoint_time: iso(scan), message: textOf(scan), tag: tags[scan.kind] },
    }));
    const tag = silent ? 'Expired' : tags[scans.at(-1)?.kind ?? 'in_transit'];
    const msg = { slug: CARRIER, tracking_number: number, tag, checkpoints };
    return [json({ event: 'tracking_update', msg, ts: Math.floor(Date.now() / 1000) })];
  },
  '17track'({ number, scans, silent }) {
    const words = { in_transit: 'InTransit_Other', out_for_delivery: 'OutForDelivery_Other' };
    const events = [...scans].reverse().map((scan) => ({
      ...{ time_utc: iso(scan), description: textOf(scan), sub_status: words[scan.kind] },
    }));
    const sub = silent ? 'Expired_Other' : words[scans.at(-1)?.kind ?? 'in_transit'];
    const info = {
      latest_status: { status: sub.split('_')[0], sub_status: sub },
      ...(events[0] && { latest_event: events[0] }),
      tracking: { providers: [{ events }] },
    };
    return [json({ event: 'TRACKING_UPDATED', data: { number, carrier: CARRIER, track_info: info } })];
  },
  trackingmore({ number, scans, silent }) {
    const words = { in_transit: 'transit', out_for_delivery: 'pickup' };
    const trackinfo = [...scans].reverse().map((scan) => ({
      ...{ checkpoint_date: iso(scan), tracking_detail: textOf(scan) },
      checkpoint_delivery_status: words[scan.kind],
    }));
    const data = {
      ...{ tracking_number: number, courier_code: CARRIER, origin_info: { trackinfo } },
      delivery_status: silent ? 'expired' : words[scans.at(-1)?.kind ?? 'in_transit'],
    };
    return [json({ event: 'TRACKING_UPDATED', data })];
  },
  'standard-webhooks'({ number, scans, silent }) {
    const events = scans.map((scan) => ({
      ...{ occurred_at: iso(scan), code: scan.kind, text: textOf(scan), id: scan.at },
    }));
    const silence = {
      occurred_at: `${DAY}T2${silent}:00:00Z`,
      code: 'expired',
      text: '',
      id: `silence ${silent}`,
    };
    const data = { carrier: CARRIER, waybill: number, events: silent ? [...events, silence] : events };
    return [json({ type: 'tracking.updated', data })];
  },
  'own-system'({ number, scans, silent }) {
    const said = scans.map((scan) => ({
      status: scan.kind,
      event_time: iso(scan),
      event_text: textOf(scan),
    }));
    const silence = { status: 'expired', event_time: `${DAY}T2${silent}:00:00Z` };
    return (silent ? [silence] : said).map((one) => json({ carrier: CARRIER, tracking_no: number, ...one }));
  },
};

/** A channel of every source that takes what comes. */
const open: Channels = {
  find: (source) =>
    Promise.resolve({
      ...{ ...DEFAULT_CONDITIONS, source, name: 'main', unsigned: true },
      secretsAt: () => [],
    }),
  findFormer: () => Promise.resolve(undefined),
  findByName: () => Promise.resolve(undefined),
};

const lab = useLab();
const api = use(() => serveDeliveries(lab, { channels: open }));

/** Sends a history, and waits until people were told of all that they should be. */
async function send(source: string, history: History, expected: readonly string[]): Promise<void> {
  for (const { body, headers } of SENDERS[source]?.(history) ?? []) {
    const answer = await api.call('POST', `/webhooks/${source}/token`, {
      body,
      headers: headers as Record<string, string>,
    });
    expect(answer.status).toBe(200);
  }
  await eventually(async () => (await told(history.number)).length >= expected.length, PATIENCE_MS);
  expect([source, await told(history.number)]).toEqual([source, expected]);
}

/** What the buyer was told, in order. */
async function told(number: string): Promise<string[]> {
  const { rows } = await lab.db.pool.query<{ status: string }>(
    `select split_part(message_id, ':', 3) as status from express_notifications
      where tracking_no = $1 and aud = 'user' and send_status = 'success' order by created_at`,
    [number],
  );
  return rows.map(({ status }) => status);
}

test('every source that tells of silence is played here', () => {
  const telling = SOURCES.filter(({ statusTable }) => Object.values(statusTable).includes('expired'));
  expect(telling.map(({ name }) => name).sort()).toEqual(Object.keys(SENDERS).sort());
});

const MORNING: Scan = { at: '02:00', kind: 'in_transit' };
const NOON: Scan = { at: '04:00', kind: 'out_for_delivery' };

/** Plays it for every source at once, with one worker; `play` returns the status that stands in the end. */
async function atEverySource(play: (source: string, number: string) => Promise<string>): Promise<void> {
  await lab.withWorker(async () => {
    await Promise.all(
      Object.keys(SENDERS).map(async (source) => {
        const { trackingNo: number } = await lab.parcel();
        const status = await play(source, number);
        expect([source, await statusOf(number)]).toEqual([source, status]);
      }),
    );
  });
}

describe('silence', () => {
  test('is void by a scan that was made before it, in the history of a new subscription', () =>
    atEverySource(async (source, number) => {
      await send(source, { number, scans: [MORNING], silent: 0 }, ['in_transit']);
      await send(source, { number, scans: [MORNING], silent: 1 }, ['in_transit', 'expired']);
      // Subscribed again: all that is known so far, and one scan more.
      const revived = ['in_transit', 'expired', 'out_for_delivery'];
      await send(source, { number, scans: [MORNING, NOON], silent: 0 }, revived);
      return 'out_for_delivery';
    }));

  test('is void by a scan older than all that were known, and what stands is told again', () =>
    atEverySource(async (source, number) => {
      await send(source, { number, scans: [NOON], silent: 0 }, ['out_for_delivery']);
      await send(source, { number, scans: [NOON], silent: 1 }, ['out_for_delivery', 'expired']);
      const revived = ['out_for_delivery', 'expired', 'out_for_delivery'];
      await send(source, { number, scans: [MORNING, NOON], silent: 0 }, revived);
      return 'out_for_delivery';
    }));

  test('is void by the first scan of all, and is told again when it comes again', () =>
    atEverySource(async (source, number) => {
      await send(source, { number, scans: [], silent: 1 }, ['expired']);
      await send(source, { number, scans: [MORNING], silent: 0 }, ['expired', 'in_transit']);
      await send(source, { number, scans: [MORNING], silent: 2 }, ['expired', 'in_transit', 'expired']);
      return 'expired';
    }));
});

async function statusOf(number: string): Promise<string | undefined> {
  const { rows } = await lab.db.pool.query<{ status: string }>(
    'select status from platform_express_waybills where tracking_no = $1',
    [number],
  );
  return rows[0]?.status;
}
