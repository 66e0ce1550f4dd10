import type { ShopTables } from '../config/config';
import { isPushedTo } from '../database/find-devices';
import { findOrderOf, type OrderOfDelivery } from '../database/find-recipients';
import { type IdTypes, isSpelledAlike, readIdTypes } from '../database/ids';
import { insertNotifications, type NewNotification } from '../database/insert-notifications';
import { leaveToCommit, type Queryable } from '../database/pool';
import { selectMessagesBeside, type SharedUpdate } from '../database/told-beside';
import { lockNumber } from '../database/waybills';
import { countPushes, writeSendStatuses } from '../database/pushes';
import {
  readdressNotification,
  type RecipientRow,
  rewordNotification,
  selectRecipientRows,
} from '../database/recipient-rows';
import type { StoredAmong } from '../database/parcels-of-order';
import { selectToldWord, type WithheldAudiences, writeWithheld } from '../database/withheld';
import { firstWorkflowId } from '../deliveries/workflow-id';
import { addressNotification } from '../shipment/address-notification';
import {
  type Decision,
  judgeEnded,
  type NotificationEnd,
  type NotificationRef,
  type Recipients,
  type ToldParcel,
} from '../shipment/delivery';
import type { StatusMap } from '../shipment/status';
import { messageId } from '../shipment/message-id';
import { type MessageText, messageText } from '../shipment/message-text';
import type { AmongParcels } from '../shipment/parcels-of-order';
import { type Language, type Manner, MANNERS, type Saying } from '../shipment/phrases';
import { AUDIENCES, type Audience } from '../shipment/update';
import {
  asksWhoSigned,
  inShadow,
  NOT_HERE,
  OTHER_ORDER,
  sayingOf,
  type Telling,
  tellingOf,
  type Withheld,
} from '../shipment/who-is-told';
import { findAmong, type ParcelToTell } from './among-parcels';

export interface FollowOrderDeps {
  readonly shopTables: ShopTables;
  readonly language: Language;
  readonly statusMap: StatusMap;
  /** The words of sources, as `source/word`, that say that somebody else has signed. */
  readonly signedByAnother?: ReadonlySet<string>;
  readonly pushOnlyTo?: readonly string[] | null;
  readonly shadow?: boolean;
}

export interface FollowedDelivery extends ToldParcel {
  readonly workflowId: string;
  /** What this delivery knows of its notifications; none before they are written. */
  readonly before: readonly NotificationRef[];
}

export interface FollowedOrder {
  readonly recipients: Recipients;
  /** As they are then. */
  readonly notifications: readonly NotificationRef[];
  readonly withheld: WithheldAudiences;
}

/**
 * Brings the notifications of a delivery in line with whom the order names now and what its state lets them hear, so that
 * their rows are the one truth about who is told. Needs a transaction.
 * @returns `null` while the waybill has no order, which changes nothing
 */
export async function followOrder(
  db: Queryable,
  deps: FollowOrderDeps,
  delivery: FollowedDelivery,
): Promise<FollowedOrder | null> {
  const { shopTables, language, shadow = false } = deps;
  const { workflowId, decision } = delivery;
  const shared = sharedUpdateOf(delivery);
  const isShared = hasRowsBeside(decision, shared);
  // One row at a time finds out whether another tells; the number is locked before anything else.
  if (isShared) await lockNumber(db, shared.trackingNo);
  const types = await readIdTypes(db, shopTables);
  const [own, rows] = await Promise.all([
    findOrderOf(db, shopTables, { workflowId, waybillId: decision.waybillId }),
    selectRecipientRows(db, types, workflowId),
  ]);
  if (own === null) return null;
  const { recipients, waybillId } = own;
  const tell = await decideTelling(db, deps, delivery, recipients);
  // Decided with the first message: later looks say the same.
  const isFirst = rows.length === 0 && !shadow && own.isDecided;
  const isCounted = AUDIENCES.some(
    (audience) => personFor(audience, recipients) !== null && isUsual(tell(audience)),
  );
  const among =
    own.among ??
    (isFirst && isCounted ? await findAmong(db, deps, parcelToTell(delivery, waybillId, recipients)) : null);
  const order = { types, language, own, among };
  const toldElsewhere = isShared ? await findToldElsewhere(db, shared, recipients) : new Set();
  const addressed: { readonly ref: NotificationRef; readonly written: readonly RecipientRow[] }[] = [];
  const added: NewNotification[] = [];
  const withheld: Partial<Record<Audience, Withheld>> = {};
  for (const audience of AUDIENCES) {
    const written = rows.filter((row) => row.audience === audience);
    const telling = shadow ? inShadow(tell(audience)) : tell(audience);
    if ('withheld' in telling && personFor(audience, recipients) !== null)
      withheld[audience] = telling.withheld;
    const { ref, isNew } = await addressTo(db, { ...order, telling }, delivery, audience, written);
    if (ref === null) continue;
    addressed.push({ ref, written });
    if (isNew) added.push({ ...ref, ...textsFor({ ...order, telling }, delivery, audience).text });
  }
  await writeAdded(db, order, delivery, added);
  const notifications: NotificationRef[] = [];
  for (const { ref, written } of addressed) {
    const isOnce = ref.ended === undefined && toldElsewhere.has(ref.audience);
    notifications.push(
      isOnce ? await endWritten(db, ref, written, OTHER_ORDER) : await unlessOutside(db, deps, ref, written),
    );
  }
  // A shop that maps nothing withholds nothing.
  if (recipients.facts !== undefined || shadow)
    await leaveToCommit(db, [writeWithheld(db, workflowId, withheld)]);
  return { recipients, notifications, withheld };
}

const isUsual = (telling: Telling): boolean => 'manner' in telling && telling.manner === 'usual';

const parcelToTell = (
  { workflowId, decision }: FollowedDelivery,
  waybillId: string,
  { orderId }: Recipients,
): ParcelToTell => ({ workflowId, waybillId, orderId, saying: announced(workflowId, decision) });

/** In an environment that tells few, the row of whoever is not among them says so, and no phone is looked for. */
async function unlessOutside(
  db: Queryable,
  { shopTables, pushOnlyTo }: FollowOrderDeps,
  ref: NotificationRef,
  written: readonly RecipientRow[],
): Promise<NotificationRef> {
  if (pushOnlyTo == null || ref.ended !== undefined) return ref;
  if (await isPushedTo(db, shopTables, ref, pushOnlyTo)) return ref;
  return endWritten(db, ref, written, NOT_HERE);
}

/** The row stands, for its owner to read, and no phone is looked for. */
async function endWritten(
  db: Queryable,
  ref: NotificationRef,
  written: readonly RecipientRow[],
  ended: NotificationEnd,
): Promise<NotificationRef> {
  const row = written.find(({ messageId }) => messageId === ref.messageId);
  const { sendStatus = null, lastError = null } = row ?? {};
  await endNotification(db, { messageId: ref.messageId, sendStatus, lastError }, ended);
  return { ...ref, ended };
}

/** The update that a delivery is about, as its deliveries for other rows are found by it. */
export function sharedUpdateOf({
  workflowId,
  trackingNo,
  decision,
}: Pick<FollowedDelivery, 'workflowId' | 'trackingNo' | 'decision'>): SharedUpdate {
  const first = firstWorkflowId(workflowId, decision.waybillId);
  return { trackingNo: trackingNo.toUpperCase(), firstWorkflowId: first, workflowId };
}

/** Whether other rows of the shop have, or had, its number with an order, as far as was known when it was decided. */
const hasRowsBeside = ({ beside = [] }: Decision, { firstWorkflowId, workflowId }: SharedUpdate): boolean =>
  beside.length > 0 || firstWorkflowId !== workflowId;

/**
 * Of several orders in one parcel that name the same person, that tells whose message was written first: each order has
 * its message, and a phone buzzes once. A row that comes when the others were told leaves it to them, and one whose
 * message is told to nobody, as its number or its order has changed, takes nothing from the others.
 */
async function findToldElsewhere(
  db: Queryable,
  shared: SharedUpdate,
  recipients: Recipients,
): Promise<ReadonlySet<Audience>> {
  const telling = (await selectMessagesBeside(db, shared)).filter(({ tells }) => tells);
  const isTold = (audience: Audience): boolean => {
    const person = personFor(audience, recipients);
    return telling.some(
      (one) => one.audience === audience && person !== null && isSpelledAlike(one.recipientId, person),
    );
  };
  return new Set(AUDIENCES.filter(isTold));
}

/** Decides what each audience hears. Who has signed is looked up only where it matters. */
async function decideTelling(
  db: Queryable,
  { signedByAnother: words }: FollowOrderDeps,
  { workflowId, decision }: FollowedDelivery,
  { facts = {} }: Recipients,
): Promise<(audience: Audience) => Telling> {
  const saying = announced(workflowId, decision);
  const word = asksWhoSigned({ saying }, facts) ? await selectToldWord(db, workflowId) : null;
  const told = { saying, signedByAnother: word !== null && words?.has(word) === true };
  return (audience) => tellingOf(audience, told, facts);
}

function announced(workflowId: string, decision: Decision): Saying {
  const saying = sayingOf(decision);
  if (saying === null) throw new Error(`nothing to announce for ${workflowId}`);
  return saying;
}

const personFor = (audience: Audience, { userId, merchantId }: Recipients): string | null =>
  audience === 'user' ? userId : merchantId;

/** Whose devices a look is for. */
export interface FollowedNotifications {
  /** All of the delivery. */
  readonly notifications: readonly NotificationRef[];
  /** Those that the order names somebody for. */
  readonly named: readonly NotificationRef[];
  /** Whom the order names; absent while there is none. */
  readonly recipients?: Recipients;
  /** Whom it names, and who is told nothing all the same. */
  readonly withheld: WithheldAudiences;
}

/** As `followOrder`, for a look at the devices: without an order nobody is named, and everything stays as it is. */
export async function followForLook(
  db: Queryable,
  deps: FollowOrderDeps,
  look: {
    readonly workflowId: string;
    readonly notifications: readonly NotificationRef[];
    readonly parcel?: ToldParcel;
  },
): Promise<FollowedNotifications> {
  const { workflowId, notifications: before, parcel } = look;
  if (parcel === undefined) return { notifications: before, named: before, withheld: {} };
  const followed = await followOrder(db, deps, { ...parcel, workflowId, before });
  if (followed === null) return { notifications: before, named: [], withheld: {} };
  return { ...followed, named: followed.notifications.filter(({ ended }) => ended === undefined) };
}

interface NamedByOrder {
  readonly types: IdTypes;
  readonly language: Language;
  readonly own: OrderOfDelivery;
  readonly telling: Telling;
  /** What was found of its parcel among those of the order that was named then. */
  readonly among: StoredAmong | null;
}

/** The message for an audience, and whether it is still to be written. */
interface Addressed {
  /** `null`: there is none. */
  readonly ref: NotificationRef | null;
  readonly isNew: boolean;
}

async function addressTo(
  db: Queryable,
  order: NamedByOrder,
  delivery: FollowedDelivery,
  audience: Audience,
  rows: readonly RecipientRow[],
): Promise<Addressed> {
  const { types, own, telling } = order;
  const { recipients, keys } = own;
  const { orderId } = recipients;
  const written = rows.map((row) => ({
    ...row,
    isTheirs: row.personKey !== null && row.personKey === keys[audience],
  }));
  const person = personFor(audience, recipients);
  const withheld = person !== null && 'withheld' in telling ? telling.withheld : null;
  const recipientId = withheld === null ? person : null;
  const unnamed = withheld ?? 'recipient-gone';
  const before = delivery.before.find((ref) => ref.audience === audience);
  const address = addressNotification(written, recipientId !== null, before?.messageId ?? null);
  const keeps = 'messageId' in address ? address.messageId : null;
  const ended = address.kind === 'unnamed' ? unnamed : 'recipient-changed';
  for (const row of written) if (row.messageId !== keeps) await endNotification(db, row, ended);

  if (recipientId === null || address.kind === 'unnamed' || address.kind === 'deleted') {
    const last = before ?? written.at(-1);
    const why = address.kind === 'deleted' ? 'notification-deleted' : unnamed;
    if (!last) return { ref: null, isNew: false };
    const { messageId, recipientId } = last;
    return { ref: { messageId, audience, recipientId, ended: why }, isNew: false };
  }
  if (address.kind === 'new') {
    const ref = { messageId: messageId(delivery.decision, audience, address.person), audience, recipientId };
    return { ref, isNew: true };
  }
  if (address.kind === 'follows')
    await readdressNotification(db, types, address.messageId, { recipientId, orderId });
  const row = written.find((one) => one.messageId === address.messageId);
  if (row !== undefined && !row.isTold)
    await rewordNotification(db, row, textsFor(order, delivery, audience));
  return { ref: { messageId: address.messageId, audience, recipientId }, isNew: false };
}

async function writeAdded(
  db: Queryable,
  { types, own }: Pick<NamedByOrder, 'types' | 'own'>,
  { workflowId, carrier, trackingNo, decision }: FollowedDelivery,
  added: readonly NewNotification[],
): Promise<void> {
  if (added.length === 0) return;
  const { orderId } = own.recipients;
  const told = own.isDecided
    ? { waybillId: own.waybillId, status: decision.status }
    : { waybillId: null, status: null };
  const news = { workflowId, ...told, orderId, carrier, trackingNo };
  await leaveToCommit(db, [insertNotifications(db, types, news, added)]);
}

/** How it is told by now, and all in which it may have been written: the words of the shop are left alone. */
function textsFor(
  { language, own: { recipients }, telling, among }: Omit<NamedByOrder, 'types'>,
  { workflowId, trackingNo, decision }: FollowedDelivery,
  audience: Audience,
): { readonly text: MessageText; readonly ours: readonly MessageText[] } {
  const saying = announced(workflowId, decision);
  const inManner = (manner: Manner, place: AmongParcels | null): MessageText =>
    messageText(language, saying, audience, trackingNo, manner, place);
  const ofOrder = among !== null && isSpelledAlike(among.orderId, recipients.orderId) ? among : null;
  return {
    text: inManner('manner' in telling ? telling.manner : 'usual', ofOrder),
    ours: [null, among].flatMap((place) => MANNERS.map((manner) => inManner(manner, place))),
  };
}

/** A notification that is pushed to nobody any more says so; one that reached somebody stays as it came to be. */
async function endNotification(
  db: Queryable,
  { messageId, sendStatus, lastError }: Pick<RecipientRow, 'messageId' | 'sendStatus' | 'lastError'>,
  ended: NotificationEnd,
): Promise<void> {
  const pushes = await countPushes(db, [messageId]);
  const verdict = judgeEnded(pushes(messageId));
  const why = verdict === 'superseded' ? ended : null;
  if (verdict !== sendStatus || why !== lastError)
    await writeSendStatuses(db, [{ messageId, sendStatus: verdict, lastError: why }]);
}
