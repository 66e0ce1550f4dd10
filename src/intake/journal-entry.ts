import { randomBytes } from 'node:crypto';
import type { Flaw } from '../sources/source';
import type { ShipmentUpdate } from '../shipment/update';

/** One verified request: what it says, and the bytes that said it. */
export interface JournalEntry {
  /** Sorts by time of receipt; unique also across processes. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly source: string;
  /** The name of the channel; never its token. */
  readonly channel: string;
  readonly mediaType: string;
  readonly body: Buffer;
  readonly updates: readonly ShipmentUpdate[];
  readonly flaws: readonly Flaw[];
}

/** What is handed over to Temporal. */
export type Delivery = Pick<JournalEntry, 'id' | 'receivedAt' | 'updates'>;

/** Tells two requests of one millisecond apart, and two processes that share a database. */
const PROCESS_MARK = randomBytes(4).toString('hex');
let counter = 0;

/** A new id, such as `20260302T102000123Z-000001-9f3c21aa`. */
export function journalId(receivedAt: number): string {
  counter = (counter + 1) % 1_000_000;
  const time = new Date(receivedAt).toISOString().replace(/[-:.]/g, '');
  return `${time}-${String(counter).padStart(6, '0')}-${PROCESS_MARK}`;
}
