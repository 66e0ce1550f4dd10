/** The pages of a uni-app that show messages and parcels. How it is used: docs/phones.md. */
import type { Session } from './waybell';

export interface Options {
  /** As that of `createWaybell`. */
  readonly url: string;
  /** As that of `createWaybell`: asked before every request, and once more with `expired` when the token was refused. */
  session(ask: { readonly expired: boolean }): Session | null | Promise<Session | null>;
  /** The messages of this merchant, in place of those of the person. */
  readonly merchantId?: string;
}

/** A message as docs/http.md has it. */
export interface InboxMessage {
  readonly message_id: string;
  readonly order_id: string | null;
  readonly carrier: string | null;
  readonly tracking_no: string | null;
  readonly status: string | null;
  readonly title: string | null;
  readonly body: string | null;
  /** ISO 8601. */
  readonly created_at: string;
  readonly read: boolean;
  /** With what the parcel is collected, while it waits. */
  readonly pickup_codes: readonly string[] | null;
}

export interface InboxScan {
  readonly event_time: string;
  readonly status: string | null;
  readonly event_text: string;
  readonly place: string | null;
}

export interface InboxParcel {
  readonly carrier: string | null;
  readonly tracking_no: string;
  readonly order_id: string;
  readonly status: string | null;
  readonly pickup_codes: readonly string[] | null;
  /** The newest first. */
  readonly scans: readonly InboxScan[];
}

/** Send `next` as `before` for the next page; `null` at the end. */
export interface Page {
  readonly before?: string;
  readonly limit?: number;
}

/** `unread`: 100 stands for as many or more. */
export interface Marked {
  readonly marked: number;
  readonly unread: number;
  readonly more: boolean;
}

/**
 * Every function rejects with an `Error` that has `status`, 0 where there was no answer, and `code`: one of
 * docs/errors.md, `signed-out` or `network`.
 */
export interface Inbox {
  /** The newest first. */
  messages(asked?: Page & { readonly unread?: boolean }): Promise<{
    readonly notifications: readonly InboxMessage[];
    readonly unread: number;
    readonly next: string | null;
  }>;
  /** One message or up to 100 of them; with `false` they are not read any more. May be called again. */
  mark(messageIds: string | readonly string[], read?: boolean): Promise<Marked>;
  /** All that were written until then, such as `created_at` of the newest one on the page. */
  markAll(until: string): Promise<Marked>;
  /** The parcels of the person with their scans: all that they were told of, or those of a number or an order. */
  parcels(asked?: Page & { readonly trackingNo?: string; readonly orderId?: string }): Promise<{
    readonly parcels: readonly InboxParcel[];
    readonly next: string | null;
  }>;
}

export function createInbox(options: Options): Inbox;
