import type { ShipmentStatus } from './status';

export const READINGS = ['unknown', 'shop'] as const;
/** Who says what the word of a scan means, where the source does not: nobody, or the shop, which has corrected it. */
export type Reading = (typeof READINGS)[number];

/** One scan of a waybill, as a source reported it. */
export interface ShipmentEvent {
  /** Identity of the scan within its waybill: the carrier's event id, else a digest of time, status and text. */
  readonly key: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly time: string;
  /** `null` when the source's word is not known to us: the scan is kept and moves nothing. */
  readonly status: ShipmentStatus | null;
  /** The source's own word for the status; once the texts are split off, a digest of one that no table lists. */
  readonly rawStatus: string;
  /**
   * As a request was read: its word is neither in the published table of the source nor in the shop's setting, and so
   * may be anything.
   */
  readonly unlisted?: true;
  /** Absent: as the source reads it. */
  readonly reading?: Reading;
  /**
   * The source's text, masked at the door: without names, numbers, addresses, accounts and codes of persons. Empty, as
   * the place is absent, once the texts are split off (`deliveries/split-texts.ts`).
   */
  readonly text: string;
  readonly place?: string;
}

/**
 * What a scan says in words, which may tell of a person: it stays out of Temporal, and is written beside the scan by
 * whoever read the request.
 */
export interface ScanText {
  /** Of its scan, as it travels. */
  readonly key: string;
  /** Of its scan. A sender may use a key again at another time. */
  readonly time: string;
  /** Masked; empty where only the rest is said. */
  readonly text: string;
  readonly place?: string;
  /** The source's own word for the status, where a digest of it travels in its place. */
  readonly word?: string;
}

/** All that one webhook says about one waybill. One update = one `DeliveryNotification` workflow. */
export interface ShipmentUpdate {
  /** Who sent it: `own-system`, `kuaidi100`, … */
  readonly source: string;
  /** Canonical: lower case. */
  readonly carrier: string;
  /** Canonical: upper case, no white space. */
  readonly trackingNo: string;
  readonly events: readonly ShipmentEvent[];
  /** The source's own word for the state of the whole waybill; part of the update's identity. */
  readonly state?: string;
  /** The carrier under which this source told the waybill before it corrected itself. */
  readonly formerCarrier?: string;
  /**
   * The status that another system told people last, `null` for none: where the shop's row already holds one that
   * nobody was told. Counts until Waybell itself has told something.
   */
  readonly toldBefore?: ShipmentStatus | null;
}

/** Whom a notification is for. */
export const AUDIENCES = ['user', 'merchant'] as const;
export type Audience = (typeof AUDIENCES)[number];
