import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../make-folder';

/** The life of the sample parcel: each `waybell send` tells the next status. */
const LIFE: readonly string[] = ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'];

const TEXT_OF_STATUS: Readonly<Record<string, string>> = {
  picked_up: '【杭州市】已揽收',
  in_transit: '快件离开【杭州转运中心】，已发往【上海转运中心】',
  out_for_delivery: '【上海市】快递员正在派送',
  delivered: '已签收，感谢使用',
};

const SAMPLE_ORDER = 'ORDER_20260206_0007';
const SAMPLE_CARRIER = 'yto';
const SAMPLE_NUMBER = 'TEST_YT_20260206_';
const FIRST_NUMBER = 7;

const webhook = z.object({
  carrier: z.string(),
  tracking_no: z.string(),
  status: z.string(),
  event_text: z.string(),
  event_time: z.string(),
});

const memory = z.object({
  /** The last digits of the sample parcel's number. */
  number: z.number().int(),
  /** How many statuses of its life were told. */
  told: z.number().int(),
  /** The webhook sent last. */
  last: webhook.nullable(),
});
type Memory = z.infer<typeof memory>;

const BEGINNING: Memory = { number: FIRST_NUMBER, told: 0, last: null };
const fileIn = (dataDir: string): string => path.join(dataDir, 'sample-parcel.json');

export interface SendChoice {
  readonly same?: boolean;
  readonly carrier?: string;
  readonly trackingNo?: string;
  readonly status?: string;
  readonly text?: string;
}

export interface NextWebhook {
  readonly body: Readonly<z.output<typeof webhook>>;
  /** The order to link first, because this parcel is a fresh one. */
  readonly linkTo: string | null;
  /** Remembers this webhook as sent; call it when it was accepted. */
  readonly keep: () => Promise<void>;
}

/**
 * Chooses what to send: the next status of the sample parcel, a fresh parcel after `delivered`, the last
 * webhook again, or what the options say.
 */
export async function nextWebhook(dataDir: string, choice: SendChoice, now: Date): Promise<NextWebhook> {
  const known = await remember(dataDir);
  if (choice.same) {
    if (known.last === null) throw new Error('Nothing was sent yet: run it once without --same.');
    return { body: known.last, linkTo: null, keep: () => Promise.resolve() };
  }
  const next = advance(known, choice);
  const body = {
    carrier: choice.carrier ?? SAMPLE_CARRIER,
    tracking_no: choice.trackingNo ?? `${SAMPLE_NUMBER}${String(next.number).padStart(4, '0')}`,
    status: next.status,
    event_text: choice.text ?? TEXT_OF_STATUS[next.status] ?? next.status,
    event_time: now.toISOString(),
  };
  return {
    body,
    linkTo: next.number > known.number ? SAMPLE_ORDER : null,
    keep: async () => {
      await makeFolder(dataDir);
      await writeFile(fileIn(dataDir), JSON.stringify({ number: next.number, told: next.told, last: body }));
    },
  };
}

function advance(
  { number, told }: Memory,
  { carrier, trackingNo, status }: SendChoice,
): { number: number; told: number; status: string } {
  const other = carrier !== undefined || trackingNo !== undefined;
  if (other) return { number, told, status: status ?? 'in_transit' };
  if (status !== undefined) return { number, told: Math.max(told, LIFE.indexOf(status) + 1), status };
  const fresh = told >= LIFE.length;
  return {
    number: fresh ? number + 1 : number,
    told: fresh ? 1 : told + 1,
    status: LIFE[fresh ? 0 : told] ?? '',
  };
}

async function remember(dataDir: string): Promise<Memory> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => null);
  return text === null ? BEGINNING : memory.parse(JSON.parse(text));
}
