import type { AnswerTo } from '../api/ask';
import type { explainDeliveries } from '../api/delivery-operations';
import type { listOrderParcels } from '../api/waybill-operations';
import type { FailureType } from '../errors';
import { nextStep } from '../shipment/attention';
import { asItIs, type Explanation } from '../shipment/explanation';
import { asShellWord } from '../shipment/shown-text';
import { toned, type Line } from '../terminal';
import { named, say } from './language';
import { clock, fromNow, moment } from './moments';
import { nextRow } from './rows';

/** What `waybell why` says. */

export type Explained = AnswerTo<typeof explainDeliveries>;
type Delivery = Explained['deliveries'][number];
type Refused = Explained['refused'][number];
type Notification = Delivery['notifications'][number];
type Push = Notification['pushes'][number];

/** A parcel of an order, and what was heard of it. */
export type OrderedParcel = AnswerTo<typeof listOrderParcels>['parcels'][number] &
  Pick<Explained, 'deliveries'>;

/** Of a cid, as everywhere: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;
/** More phones than people read. */
const MOST_PUSHES = 20;

/** The first in full, and of the others how they stand. */
export function explainedInWords(
  { deliveries: [newest, ...before], refused }: Explained,
  name: string,
  now = Date.now(),
): Line[] {
  const refusals = refused.flatMap((one) => describeRefusal(one, now));
  if (newest === undefined) {
    const none = {
      en: `No webhook about ${name} was accepted.`,
      zh: `没有接受过关于 ${name} 的 webhook。`,
    };
    return [say(none), ...refusals, '', nextRow('npx waybell doctor')];
  }
  const next = adviceFor(newest, name);
  return [
    toned(toneOf(newest), headOf(newest, now)),
    ...withoutRepeats(detailsOf(newest, now)),
    ...before.map((one) => `${say(one.state === 'open' ? ALSO : BEFORE)}${headOf(one, now)}`),
    ...refusals,
    ...(next === undefined ? [] : ['', nextRow(say(next))]),
  ];
}

const ALSO: Explanation = { en: 'also: ', zh: '还有：' };
const BEFORE: Explanation = { en: 'before: ', zh: '之前：' };

/** Of an order none of whose parcels made a message: what there is, and where the cause is to be looked for. */
export function orderInWords(order: string, parcels: readonly OrderedParcel[], now = Date.now()): Line[] {
  const isHeard = parcels.some(({ deliveries }) => deliveries.length > 0);
  const head = {
    en: `Nobody was told anything of the order ${order}. The shop has for it:`,
    zh: `订单 ${order} 没有通知过任何人。商城中属于它的包裹：`,
  };
  const [first] = parcels.filter(({ deliveries }) => deliveries.length > 0);
  return [
    toned('waits', say(head)),
    ...parcels.flatMap((parcel) => describeParcel(parcel, now)),
    '',
    ...(isHeard ? [] : [say(UNHEARD)]),
    nextRow(
      first === undefined ? 'npx waybell channels list' : `npx waybell why ${asShellWord(first.tracking_no)}`,
    ),
  ];
}

const UNHEARD: Explanation = {
  en: 'No webhook about any of them was accepted: see whether the carrier sends at all, what its channel refuses, and whether the numbers are those on the labels.',
  zh: '没有接受过关于这些包裹的 webhook：请查看快递公司是否在推送、其通道拒绝了什么，以及单号是否与面单一致。',
};

function describeParcel(
  { carrier, tracking_no: number, status, deliveries }: OrderedParcel,
  now: number,
): Line[] {
  const [newest] = deliveries;
  const parcel = [carrier, number, status].filter(Boolean).join(' ');
  if (newest === undefined)
    return [`  ${say({ en: `${parcel}: nothing was heard of it`, zh: `${parcel}：没有收到过任何消息` })}`];
  const why = newest.explanation;
  return [`  ${headOf(newest, now)}`, ...(why === null ? [] : [`    ${say(why)}`])];
}

function toneOf({ state, outcome, problem, waits }: Delivery): 'good' | 'waits' | 'bad' {
  if (problem !== null || outcome === 'failed') return 'bad';
  return state === 'open' || waits.length > 0 ? 'waits' : 'good';
}

function headOf(delivery: Delivery, now: number): string {
  const { carrier, tracking_no: number, status, state, outcome, since, ended_at: endedAt } = delivery;
  const nothing = { en: 'tells nothing', zh: '无需通知' };
  const told = [carrier, number, status === null ? say(nothing) : named('status', status)];
  const parcel = told.filter(Boolean).join(' ');
  const at = outcome === null ? since : (endedAt ?? since);
  const when = at === null ? '' : moment(at, now);
  if (outcome === null)
    return say({
      en: [parcel, state, when && `since ${when}`].filter(Boolean).join(', '),
      zh: [parcel, named('state', state), when && `开始于 ${when}`].filter(Boolean).join('，'),
    });
  const begun = endedAt === null;
  return say({
    en: [parcel, `ended as ${outcome}`, when && (begun ? `begun ${when}` : when)].filter(Boolean).join(', '),
    zh: [parcel, `已结束：${named('outcome', outcome)}`, when && `${begun ? '开始' : '结束'}于 ${when}`]
      .filter(Boolean)
      .join('，'),
  });
}

function describeRefusal(refused: Refused, now: number): Line[] {
  const { source, channel, address, times, last_at: at, explanation: why } = refused;
  const through = [source, channel].filter(Boolean).join(' ');
  const last = moment(at, now);
  return [
    toned(
      'bad',
      say({
        en: `refused: ${times} request(s) about it through ${through}, the last at ${last}${address === null ? '' : ` from ${address}`}`,
        zh: `被拒绝：经 ${through} 的 ${times} 个请求，最后一次在 ${last}${address === null ? '' : `，来自 ${address}`}`,
      }),
    ),
    `  ${say(why)}`,
  ];
}

function detailsOf(delivery: Delivery, now: number): Line[] {
  const { explanation: why, problem, waits, withheld, notifications, temporal_ui: ui } = delivery;
  const { contradictions } = delivery;
  return [
    ...(why === null ? [] : [`  ${say(why)}`]),
    ...(problem === null ? [] : [toned('bad', `  ${say(failing(problem))}`)]),
    ...waits.map((wait) => toned('waits', `  ${describeWait(wait, now)}`)),
    ...withheld.map(({ audience, explanation }) =>
      say({
        en: `  ${audience}: ${explanation.en}`,
        zh: `  ${named('audience', audience)}：${explanation.zh}`,
      }),
    ),
    ...contradictions.map(({ explanation }) => toned('waits', `  ${say(explanation)}`)),
    ...[...notifications].sort(byNeed).flatMap((one) => describeNotification(one, now)),
    ...(ui === null ? [] : [toned('soft', `  ${ui}`)]),
  ];
}

function describeWait({ kind, audience, until }: Delivery['waits'][number], now: number): string {
  const end = moment(until, now);
  return say({
    en: `waits: ${kind}${audience === null ? '' : ` of the ${audience}`}, until ${end}`,
    zh: `等待：${named('kind', kind)}${audience === null ? '' : `，${named('audience', audience)}`}，截止 ${end}`,
  });
}

function failing({ step, words, attempts }: NonNullable<Delivery['problem']>): Explanation {
  const tried = attempts > 0;
  return {
    en: `FAILS NOW: ${step} ${words}${tried ? ` (tried ${attempts} times, and again by itself)` : ''}`,
    zh: `正在失败：${step} ${words}${tried ? `（已尝试 ${attempts} 次，会自动再试）` : ''}`,
  };
}

function describeNotification(notification: Notification, now: number): Line[] {
  const { aud, recipient_id: owner, send_status: sent, explanation: why, pushes } = notification;
  const more = pushes.length - MOST_PUSHES;
  return [
    say({
      en: `  ${aud ?? ''} ${owner ?? ''}: ${sent ?? ''}. ${why.en}`,
      zh: `  ${named('audience', aud ?? '')} ${owner ?? ''}：${named('outcome', sent ?? '')}。${why.zh}`,
    }),
    ...[...pushes]
      .sort((one, other) => pushRank(one) - pushRank(other))
      .slice(0, MOST_PUSHES)
      .flatMap((push) => [describePush(push, now), `      ${say(push.explanation)}`]),
    ...(more > 0 ? [say({ en: `    and ${more} more phones`, zh: `    以及另外 ${more} 部手机` })] : []),
  ];
}

function describePush(push: Push, now: number): Line {
  const { cid, provider, state, code, words } = push;
  const told = [provider, named('push', state), code, words, phoneOf(push, now)].filter(Boolean).join(' ');
  const text = `    …${cid.slice(-TAIL_LENGTH)} ${told}`;
  return FAILED.includes(state) ? toned('bad', text) : text;
}

const FAILED: readonly string[] = ['failed', 'deactivated'];

/** What failed is asked about; what was accepted needs nobody. */
const pushRank = ({ state }: Push): number =>
  ['failed', 'deactivated', 'retry', 'claimed', 'moved', 'superseded', 'accepted'].indexOf(state);

const needsNobody = ({ send_status: sent }: Notification): boolean =>
  sent === 'success' || sent === 'superseded';
const byNeed = (one: Notification, other: Notification): number =>
  Number(needsNobody(one)) - Number(needsNobody(other));

function phoneOf({ platform, last_seen_at: seen }: Push, now: number): string {
  const last = seen === null ? undefined : { at: clock(seen), ago: fromNow(seen, now) };
  const en = [platform, last && `last seen ${last.at}, ${last.ago}`].filter(Boolean).join(', ');
  const zh = [platform, last && `最近出现于 ${last.at}，${last.ago}`].filter(Boolean).join('，');
  return en === '' ? '' : say({ en: `(${en})`, zh: `（${zh}）` });
}

/** What holds for ten phones is read once. */
function withoutRepeats(lines: readonly Line[]): Line[] {
  const texts = lines.map((line) => (typeof line === 'string' ? line : line.text));
  return lines.filter((_, index) => texts.indexOf(texts[index] ?? '') === index);
}

const PROVIDER_HELD: FailureType = 'ProviderHeld';

/** What a person does about a delivery; nothing when it needs nobody. */
function adviceFor(one: Delivery, name: string): Explanation | undefined {
  const { workflow_id: id, waits, problem, notifications } = one;
  const kinds = waits.map(({ kind }) => kind);
  if (problem?.type === PROVIDER_HELD) return asItIs('npx waybell providers list');
  // By its id: the number means the newest delivery of the parcel.
  const retry = `npx waybell retry ${asShellWord(id)}`;
  if (problem?.step === 'workflow') return asItIs(retry);
  // A push that fails is tried again; any other step fails for want of a part.
  if (problem !== null && problem.step !== 'pushToDevice') return asItIs('npx waybell doctor');
  const ordered = one.near.filter(({ order_id: order }) => order !== null);
  const orderId = ordered.length === 1 ? (ordered[0]?.order_id ?? undefined) : undefined;
  const parcel = { trackingNo: one.tracking_no ?? '', name, ...(orderId !== undefined && { orderId }) };
  if (kinds.includes('order-not-found')) return nextStep('order-not-found', parcel);
  if (kinds.includes('members-unknown')) return nextStep('members-unknown', parcel);
  if (one.reason === 'no-order') {
    const { en, zh } = nextStep('order-not-found', parcel);
    return { en: `${en} && ${retry}`, zh: `${zh} && ${retry}` };
  }
  const failed = notifications.some(({ send_status: sent }) => sent === 'failed' || sent === 'partial');
  if (kinds.includes('push-failed') || failed) return nextStep('push-failed', parcel);
  return kinds.includes('no-targets') ? nextStep('no-targets', parcel) : undefined;
}
