import type { PickupCodes } from '../shipment/pickup-wait';
import type { ShipmentStatus, StatusMap } from '../shipment/status';
import type { ShipmentUpdate } from '../shipment/update';

/**
 * What a carrier, an aggregator or a shop's own system needs to speak with Waybell. All pure: bytes in, words
 * out. One file per source; adding a carrier is adding a file and a line in `registry.ts`.
 */
export interface Source {
  /** As it stands in the URL. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** The media types of its requests, for people: senders declare wrong ones, so the bytes decide. */
  readonly mediaTypes: readonly string[];
  /** Where what we know of its format comes from. */
  readonly evidence: Evidence;
  /** Its words for statuses. `null`: a word that we know, and that says nothing about the parcel. */
  readonly statusTable: StatusTable;
  /**
   * The words of `statusTable` that say "signed", by a parcel locker or a station in the buyer's stead. Whether
   * the parcel has then arrived is the shop's decision (`Conditions.lockerSigned`), which goes before the table.
   */
  readonly lockerSigned?: readonly string[];
  /** The words of `statusTable` that say "delivered", by a signature of somebody else than the buyer. */
  readonly signedByAnother?: readonly string[];
  /**
   * Whether the request was made with one of `secrets`, of which there is at least one. Comes first, over the
   * bytes as they arrived. Absent: this sender signs nothing, so the unguessable URL is all that proves it.
   */
  readonly verify?: (
    request: WebhookRequest,
    secrets: readonly string[],
    conditions: Conditions,
  ) => Verification;
  /**
   * Names of headers, in lower case, of which every request with a proof carries one at least: without any of them
   * `verify` refuses whatever the body holds, so none is read. Absent where a proof may stand in the body.
   */
  readonly proofHeaders?: readonly string[];
  /** What its secrets look like, where not any text can be one. Others are refused before they verify anything. */
  readonly secretForm?: SecretForm;
  /** What it says, one update per waybill, unless it is to be refused. Called for verified requests only; never throws. */
  parse(request: WebhookRequest, conditions: Conditions): Parsed;
  /** The answer that this sender takes as "received"; given once everything is durable. */
  acknowledge(accepted: Accepted): Answer;
  /**
   * The answer that this sender takes as "not received", in its own form; in that of `request`, if it has several.
   * Absent: its form is ours, and it gets the problem that every other route of the API answers with.
   */
  readonly refuse?: (message: string, request?: WebhookRequest) => Answer;
}

/** Whose word the format, the signature and the status table rest on. */
export type Evidence = 'published vectors' | 'official documentation' | 'integrators’ code';

export type StatusTable = Readonly<Record<string, ShipmentStatus | null>>;

export interface SecretForm {
  readonly pattern: RegExp;
  /** The same for people: "the secret must be …". */
  readonly words: string;
}

export interface WebhookRequest {
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What a shop decides for a channel, and what time it is. */
export interface Conditions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far a signed time may be from now, both ways; seconds. */
  readonly toleranceSeconds: number;
  /** IANA zone of times without an offset; the source's own default when absent. */
  readonly zone?: string;
  /** What "signed" by a parcel locker or station means to the shop. */
  readonly lockerSigned: 'available_for_pickup' | 'delivered';
  /**
   * What words mean to the shop: a `source/word` goes before all that the source says of it, a `word` is for what the
   * table of the source lacks.
   */
  readonly statusMap?: StatusMap;
}

export type Verification =
  | {
      readonly ok: true;
      /** Set where the signature does not cover the body: with another body, the same proof is a replay. */
      readonly once?: string;
    }
  | {
      readonly ok: false;
      readonly code: 'signature-missing' | 'signature-invalid' | 'signature-expired';
      readonly fault: Fault;
    };

/**
 * What can be wrong with a proof: a header or a field is not there, is not of the form that it has at this sender,
 * holds a digest that does not fit, or a signed time that is too far from now; a field is given twice; the body is no
 * form.
 */
export const FAULTS = [
  'header-missing',
  'header-malformed',
  'header-mismatch',
  'field-missing',
  'field-mismatch',
  'field-repeated',
  'form-malformed',
  'time-off',
] as const;

export interface Fault {
  readonly kind: (typeof FAULTS)[number];
  /** The header or the field; of several headers one of which would do, or all of which are needed, each. */
  readonly place: string;
  /** What is there instead and may be meant: names of headers or of fields, never what they hold. */
  readonly found?: string;
}

/** What could be read, and what could not. A flawed row neither holds back nor spoils the others. */
export interface Parsed {
  readonly updates: readonly ShipmentUpdate[];
  readonly flaws: readonly Flaw[];
  /**
   * The codes with which parcels are collected, in clear and for nobody but the seal of whoever takes the request:
   * `updates` have them masked. Absent where there is none.
   */
  readonly pickupCodes?: ReadonlyMap<ShipmentUpdate, PickupCodes>;
  /** Set where the sender is to correct the request and send it again: then nothing of it is kept. */
  readonly refusal?: Refusal;
}

/** What the sender has to correct. */
export interface Refusal {
  readonly code: 'json-malformed' | 'field-invalid';
  readonly message: string;
  readonly field?: string;
  /** What it is about, where that can be read. */
  readonly trackingNo?: string;
}

export interface Flaw {
  readonly code: FlawCode;
  /** Where: a field, a row, a tracking number. */
  readonly where: string;
  readonly message: string;
}

/**
 * What is wrong with a part of a webhook: the whole body (`body-unreadable`), a row without a usable waybill
 * (`row-unusable`), a waybill of which nothing is told (`no-scans`), a scan whose time is missing or impossible,
 * which is dated by its neighbours (`time-unusable`), a status word that is in no table (`status-unknown`), more
 * than one delivery can carry (`scans-cut`), or something that is no tracking at all (`not-tracking`).
 */
export type FlawCode =
  | 'body-unreadable'
  | 'row-unusable'
  | 'no-scans'
  | 'time-unusable'
  | 'status-unknown'
  | 'scans-cut'
  | 'not-tracking';

/** A request all of which is durable. */
export interface Accepted {
  readonly request: WebhookRequest;
  readonly now: number;
  readonly received: readonly ReceivedUpdate[];
}

/** What the shop has of a parcel. */
export interface KnownParcel {
  readonly waybill: boolean;
  readonly order: boolean;
}

export interface ReceivedUpdate {
  readonly update: ShipmentUpdate;
  readonly workflowId: string;
  /** Absent for a duplicate, whose run is that of the first time, and for what is not known to be in Temporal. */
  readonly runId?: string;
  /** Absent where that is not known. */
  readonly duplicate?: boolean;
  /** Whether Temporal is known to have it; else the journal has, and its delivery starts by itself. */
  readonly handedOver: boolean;
  /** What the shop has of it; absent where nobody has waited for that, `null` where PostgreSQL does not say. */
  readonly known?: KnownParcel | null;
  /** The delivery in the Temporal UI. */
  readonly link: string | null;
}

export interface Answer {
  readonly mediaType: string;
  readonly body: string;
}
