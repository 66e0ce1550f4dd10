import type { ShipmentUpdate } from '../shipment/update';

/**
 * What a carrier, an aggregator or a shop's own system needs to speak with Waybell. All pure: bytes in, words
 * out. One file per source; adding a carrier is adding a file.
 */
export interface Source {
  readonly name: string;
  /** The media type of its requests; anything else is refused before it is read. */
  readonly mediaType: string;
  /** Whether the request is from who it claims to be. Comes first, over the bytes as they arrived. */
  verify(request: WebhookRequest, now: number): Verification;
  /** What it says, one update per waybill. Called for verified requests only. */
  parse(request: WebhookRequest, now: number): Parsed;
  /** The answer that this sender takes as "received"; given once all of `received` is durable. */
  acknowledge(received: readonly ReceivedUpdate[]): Acknowledgement;
}

export interface WebhookRequest {
  readonly body: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export type Verification =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: 'signature-missing' | 'signature-invalid' | 'signature-expired';
      readonly message: string;
    };

export type Parsed =
  | { readonly ok: true; readonly updates: readonly ShipmentUpdate[] }
  | { readonly ok: false; readonly code: 'json-malformed'; readonly message: string }
  | { readonly ok: false; readonly code: 'field-invalid'; readonly message: string; readonly field: string };

/** One update that Temporal has. */
export interface ReceivedUpdate {
  readonly update: ShipmentUpdate;
  readonly workflowId: string;
  /** Absent for a duplicate: the run is that of the first time. */
  readonly runId?: string;
  readonly duplicate: boolean;
  /** The delivery in the Temporal UI. */
  readonly link: string;
}

export interface Acknowledgement {
  readonly mediaType: string;
  readonly body: string;
}
