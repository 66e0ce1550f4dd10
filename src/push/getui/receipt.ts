import { createHash, timingSafeEqual } from 'node:crypto';
import { readLayer } from '../json-layer';

/** What GeTui says of one phone some time after the push: https://docs.getui.com/getui/server/receipt */
export interface GetuiReceipt {
  readonly cid: string;
  /** The `providerId` of the answer to the push. */
  readonly taskId: string;
  /** `delivered` reached the phone; whether a person saw it, it does not say. */
  readonly class: 'delivered' | 'deactivate' | 'fail';
  /** Our word; of what did not arrive, why. */
  readonly reason: string;
  readonly words: string;
}

type Verdict = Pick<GetuiReceipt, 'class' | 'reason'>;

const BY_CODE: ReadonlyMap<string, Verdict> = new Map([
  ['200', { class: 'delivered', reason: 'receipt' }],
  ['400', { class: 'fail', reason: 'bad_payload' }],
  ['401', { class: 'deactivate', reason: 'invalid_cid' }],
  ['402', { class: 'deactivate', reason: 'inactive_90d' }],
  // What the phones' vendors say, as uni-push's reports number it: https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api
  ['2', { class: 'fail', reason: 'bad_payload' }],
  ['2002', { class: 'fail', reason: 'content_refused' }],
  ['2005', { class: 'fail', reason: 'vendor_needs_text' }],
  ['5', { class: 'deactivate', reason: 'uninstalled' }],
  ['6', { class: 'fail', reason: 'vendor_quota' }],
  ['10', { class: 'fail', reason: 'notifications_off' }],
  ['7001', { class: 'fail', reason: 'text_too_long' }],
  ['7002', { class: 'fail', reason: 'text_too_long' }],
  ['8002', { class: 'fail', reason: 'notifications_off' }],
]);
/** 500 among them. GeTui gave up; the device is not to blame. */
const OTHER: Verdict = { class: 'fail', reason: 'provider_5xx' };

const FIELDS = ['appid', 'cid', 'taskid', 'msgid', 'code', 'desc', 'sign'] as const;
const FIELD_LENGTH = 512;

/** Of one of our apps at GeTui. */
export interface ReceiptKeys {
  readonly appId: string;
  readonly masterSecret: string;
}

/**
 * Reads a callback: one JSON object per line. Lines that are broken, of another app, or wrongly signed are left out:
 * GeTui ignores the answer, and tries three times only.
 */
export function readGetuiReceipts(body: string, apps: readonly ReceiptKeys[]): GetuiReceipt[] {
  return body.split('\n').flatMap((line) => {
    const fields = fieldsOf(line);
    const keys = apps.find(({ appId }) => appId === fields?.appid);
    if (fields === null || keys === undefined || !isSigned(fields, keys.masterSecret)) return [];
    const { cid, taskid: taskId, code, desc } = fields;
    return [{ cid, taskId, ...(BY_CODE.get(code) ?? OTHER), words: `${code} ${desc}` }];
  });
}

type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

function fieldsOf(line: string): Fields | null {
  const layer = readLayer(line);
  const values = FIELDS.map((name): [string, string] => [name, textOf(layer[name])]);
  const isWhole = values.every(
    ([name, text]) => (text !== '' || name === 'desc') && text.length <= FIELD_LENGTH,
  );
  return isWhole ? (Object.fromEntries(values) as Fields) : null;
}

/** The code comes as a text or a number. */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * MD5 is GeTui's choice; the secret at its end keeps others from signing. It leaves out `code` and `desc`: whoever has
 * read a receipt can send it with another verdict, so what was recorded first stays.
 */
function isSigned({ appid, cid, taskid, msgid, sign }: Fields, masterSecret: string): boolean {
  const expected = createHash('md5')
    .update(appid + cid + taskid + msgid + masterSecret)
    .digest();
  const given = Buffer.from(sign, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
