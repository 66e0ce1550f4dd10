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
  'shop-rows': 'rows of the shop’s own waybills and orders: the shop erases them',
  'old-notifications':
    'rows of express_notifications that Waybell did not write: they are the shop’s, and name the person',
  'merchant-messages': 'messages to merchants: number, order and status, without the carrier’s words',
  'parcel-record': 'numbers, statuses and times of the parcels, without texts, places and people',
  'shared-webhooks': 'bodies that hold other parcels too',
  'unread-webhooks': 'bodies in which no number could be read, if any is about this',
  'orders-unlisted':
    'parcels that nobody was told of: this role may not list the orders of a person; erase them by --order',
  'bulk-retries': 'what bulk retries were asked for, in Temporal',
  'old-pages': 'PostgreSQL’s pages until vacuum, its write-ahead log, and backups until they end',
} as const;
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
