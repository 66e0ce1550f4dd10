import type { Explanation } from './explanation';
import type { ShipmentUpdate } from './update';

/** Whose or what is erased: a buyer with all their parcels, the parcels of one order, or one parcel. */
export const ERASURE_KINDS = ['user', 'order', 'waybill'] as const;
export type ErasureKind = (typeof ERASURE_KINDS)[number];

export interface ErasureSubject {
  readonly kind: ErasureKind;
  /** Of the shop; of a waybill its number, in canonical spelling. */
  readonly id: string;
  /** Of a waybill; every carrier's when absent. */
  readonly carrier?: string;
}

/** What goes, by kind; each is counted. */
export const ERASED_KINDS = [
  'devices',
  'notifications',
  'merchant_texts',
  'pushes',
  'texts',
  'pickup_codes',
  'scans',
  'status_changes',
  'deliveries',
  'waits',
  'memories',
  'webhook_bodies',
  'histories',
  'refusals',
  'bulk_retries',
  'queue_imports',
  'audit_entries',
] as const;
export type ErasedKind = (typeof ERASED_KINDS)[number];
export type ErasedCounts = Readonly<Partial<Record<ErasedKind, number>>>;

/** What stays, and why, in words for people. */
export const REMAINS = {
  'shop-rows': {
    en: 'rows of the shop’s own waybills and orders: the shop erases them',
    zh: '商城自己的运单和订单行：由商城删除',
  },
  'old-notifications': {
    en: 'rows of express_notifications that Waybell did not write: they are the shop’s, and name the person',
    zh: 'express_notifications 中不是 Waybell 写入的行：属于商城，且含有该人',
  },
  'merchant-messages': {
    en: 'messages to merchants: number, order and status, without the carrier’s words',
    zh: '发给商家的消息：单号、订单和状态，不含快递公司的文字',
  },
  'parcel-record': {
    en: 'numbers, statuses and times of the parcels, without texts, places and people',
    zh: '包裹的单号、状态和时间，不含文字、地点和人',
  },
  'shared-webhooks': { en: 'bodies that hold other parcels too', zh: '还含有其他包裹的请求体' },
  'unread-webhooks': {
    en: 'bodies in which no number could be read, if any is about this',
    zh: '读不出单号的请求体，如果其中有与此相关的',
  },
  'orders-unlisted': {
    en: 'parcels that nobody was told of: this role may not list the orders of a person; erase them by --order',
    zh: '没有通知过任何人的包裹：该角色无权列出某人的订单；请用 --order 删除',
  },
  'bulk-retries': {
    en: 'what bulk retries were asked for, in Temporal',
    zh: 'Temporal 中批量重试的请求内容',
  },
  'old-pages': {
    en: 'PostgreSQL’s pages until vacuum, its write-ahead log, and backups until they end',
    zh: 'PostgreSQL 清理前的页、预写日志，以及到期前的备份',
  },
} as const satisfies Readonly<Record<string, Explanation>>;
export type RemainsKind = keyof typeof REMAINS;

export interface Remains {
  readonly kind: RemainsKind;
  /** How many; `null` where nobody counts. */
  readonly count: number | null;
  /** When the last of it ends by itself, ISO 8601; `null` where a person ends it. */
  readonly until: string | null;
  /** The first ones, where they have names. */
  readonly names?: readonly string[];
}

/**
 * Whether an update is about a parcel that was erased: it tells a scan from before `until`, the last moment that the
 * number can have been that parcel's. A parcel that gets the number later is another one, and is told of as any.
 */
export function isOfErased(until: Date | undefined, { events }: Pick<ShipmentUpdate, 'events'>): boolean {
  return until !== undefined && events.some(({ time }) => Date.parse(time) <= until.getTime());
}
