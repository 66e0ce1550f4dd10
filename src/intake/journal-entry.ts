import { randomBytes } from 'node:crypto';
import type { SealedCodes } from '../database/pickup-codes';
import { splitTexts } from '../deliveries/split-texts';
import { deliveryWorkflowId, type Delivery, type ReadDelivery } from '../deliveries/workflow-id';
import type { ScanText, ShipmentUpdate } from '../shipment/update';
import type { Flaw } from '../sources/source';

/** One verified request: the deliveries that it asks for, and the bytes that said so. */
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
  readonly deliveries: readonly ReadDelivery[];
  /** Sealed; absent where there is none. */
  readonly pickupCodes?: readonly SealedCodes[];
  readonly flaws: readonly Flaw[];
}

/** What is handed over to Temporal of one webhook that it lacks. */
export type WaitingWebhook = Pick<JournalEntry, 'id' | 'receivedAt'> & {
  /** Whose it is: those of one sender wait for each other, and not for another's. */
  readonly line: string;
  readonly deliveries: readonly Delivery[];
};

/** The line in which a request waits for Temporal. */
export const lineOf = ({ source, channel }: Pick<JournalEntry, 'source' | 'channel'>): string =>
  `${source}/${channel}`;

/** Tells two requests of one millisecond apart, and two processes that share a database. */
const PROCESS_MARK = randomBytes(4).toString('hex');
let counter = 0;

/** A new id, such as `20260302T102000123Z-000001-9f3c21aa`. */
export function journalId(receivedAt: number): string {
  counter = (counter + 1) % 1_000_000;
  const time = new Date(receivedAt).toISOString().replace(/[-:.]/g, '');
  return `${time}-${String(counter).padStart(6, '0')}-${PROCESS_MARK}`;
}

/**
 * How the disk holds deliveries. Ids and texts stand beside the updates, not around them: versions that wrote none
 * read these entries too, so neither an upgrade nor the way back leaves a delivery behind.
 */
interface StoredDeliveries {
  readonly updates: readonly ShipmentUpdate[];
  /** Absent where an earlier version wrote the entry. */
  readonly workflowIds?: readonly string[];
  /** Of each update; absent where it is not needed, and where an earlier version wrote the entry. */
  readonly texts?: readonly (readonly ScanText[])[];
}

type Stored<Entry extends WaitingWebhook | JournalEntry> = Omit<Entry, 'deliveries' | 'body' | 'line'> &
  StoredDeliveries;

/** The webhook as Temporal needs it: without texts. */
export function writeWaiting(entry: JournalEntry): Buffer {
  const { id, receivedAt, deliveries } = entry;
  return written({ id, receivedAt, line: lineOf(entry), ...stored(deliveries) });
}

export function readWaiting(value: Buffer): WaitingWebhook {
  // Entries of earlier versions have no line: they wait in one of their own.
  const {
    id,
    receivedAt,
    line = '',
    ...rest
  } = JSON.parse(value.toString()) as Stored<WaitingWebhook> & {
    readonly line?: string;
  };
  // An update that an earlier version wrote keeps its texts: the archive may have been given its bytes by that version,
  // so what is taken out here would be written by nobody. `persistWaybill` does.
  return { id, receivedAt, line, deliveries: restored(rest) };
}

/** The webhook as the archive needs it: all of it. */
export function writeEntry({ deliveries, body, ...rest }: JournalEntry): Buffer {
  const texts = deliveries.map((delivery) => delivery.texts);
  return written({ ...rest, ...stored(deliveries), texts, body: body.toString('base64') });
}

export function readEntry(value: Buffer): JournalEntry {
  const { updates, workflowIds, texts, body, ...rest } = JSON.parse(
    value.toString(),
  ) as Stored<JournalEntry> & {
    readonly body: string;
  };
  const deliveries = restored({ updates, ...(workflowIds && { workflowIds }) });
  return {
    ...rest,
    deliveries: deliveries.map(({ workflowId, update }, index) => ({
      workflowId,
      ...(texts ? { update, texts: texts[index] ?? [] } : splitTexts(update)),
    })),
    body: Buffer.from(body, 'base64'),
  };
}

function written(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function stored(deliveries: readonly Delivery[]): StoredDeliveries {
  return {
    updates: deliveries.map(({ update }) => update),
    workflowIds: deliveries.map(({ workflowId }) => workflowId),
  };
}

function restored({ updates, workflowIds }: StoredDeliveries): Delivery[] {
  return updates.map((update, index) => {
    return { workflowId: workflowIds?.[index] ?? deliveryWorkflowId(update), update };
  });
}
