import { randomBytes, randomUUID } from 'node:crypto';
import type { ShipmentUpdate } from '../shipment/update';
import type { Flaw } from '../sources/source';
import { deliveryWorkflowId } from '../deliveries/workflow-id';
import { openJournalStore, type JournalStore, type Operation } from './journal-store';

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

/**
 * What was received and is not yet everywhere it belongs: on disk before the sender is answered. Two keys per
 * request: `delivery:<id>` until Temporal has its workflows, `raw:<id>` until the archive has its bytes.
 */
export interface Journal {
  /** Its name, also for the next process that opens it. */
  readonly id: string;
  /**
   * Resolves once the entry survives a power cut.
   * @throws {JournalFullError} when it holds all that it may; any other error is the disk's
   */
  append(entry: JournalEntry): Promise<void>;
  /** Temporal has all of it. Not synced: a mark lost in a crash only starts what is known to be started. */
  markHandedOver(id: string): Promise<void>;
  /** The archive has them. */
  markArchived(ids: readonly string[]): Promise<void>;
  /** What Temporal lacks, the oldest first, beginning after `afterId`. */
  deliveries(limit: number, afterId?: string): Promise<Delivery[]>;
  /** What the archive lacks, the oldest first, beginning after `afterId`. */
  unarchived(limit: number, afterId?: string): Promise<JournalEntry[]>;
  /** Whether Temporal lacks this request, or may. */
  isWaiting(id: string): boolean;
  /** What was received before is written by now, or was refused; milliseconds since 1970. */
  writtenUntil(): number;
  state(): JournalState;
  close(): Promise<void>;
}

export interface JournalState {
  /** Requests that Temporal lacks. */
  readonly waiting: number;
  /** When the oldest of them was received; milliseconds since 1970. */
  readonly oldestAt: number | undefined;
  /** Requests that the archive lacks. */
  readonly unarchived: number;
  readonly bytes: number;
}

/** The journal holds all that it may: the sender shall try again. */
export class JournalFullError extends Error {
  override readonly name = 'JournalFullError';
}

/** Sorts after every id. */
const END = '~';

/**
 * Opens the journal of this process in `folder`, and finds what an earlier process left.
 * @param maxBytes what it may hold before it refuses
 * @throws when another process has it open
 */
export async function openJournal(folder: string, maxBytes: number): Promise<Journal> {
  const store = await openJournalStore(folder);
  const waiting = new Map<string, number>();
  const sizes = new Map<string, number>();
  /** When the requests were received that are being written. */
  const appending = new Map<string, number>();
  let bytes = 0;
  let ownId: string | undefined;

  const hold = (key: string, value: Buffer): void => {
    sizes.set(key, value.byteLength);
    bytes += value.byteLength;
  };
  const drop = (key: string): void => {
    bytes -= sizes.get(key) ?? 0;
    sizes.delete(key);
  };
  for await (const [key, value] of store.all()) {
    if (key === ID_KEY) {
      ownId = value.toString();
      continue;
    }
    hold(key, value);
    if (isDelivery(key)) waiting.set(idOf(key), (JSON.parse(value.toString()) as Delivery).receivedAt);
  }

  return {
    id: ownId ?? (await nameStore(store)),

    async append(entry) {
      const records = recordsOf(entry);
      const size = records.reduce((sum, { value }) => sum + value.byteLength, 0);
      if (bytes + size > maxBytes) throw new JournalFullError(`the journal holds ${maxBytes} bytes already`);
      for (const { key, value } of records) hold(key, value);
      appending.set(entry.id, entry.receivedAt);
      try {
        await store.write(records, true);
      } catch (error) {
        for (const { key } of records) drop(key);
        throw error;
      } finally {
        appending.delete(entry.id);
      }
      if (entry.updates.length > 0) waiting.set(entry.id, entry.receivedAt);
    },

    async markHandedOver(id) {
      await store.write([{ type: 'del', key: deliveryKey(id) }], false);
      waiting.delete(id);
      drop(deliveryKey(id));
    },

    async markArchived(ids) {
      const keys = ids.map(rawKey);
      const removals = keys.map((key): Operation => ({ type: 'del', key }));
      await store.write(removals, false);
      keys.forEach(drop);
    },

    async deliveries(limit, afterId = '') {
      const values = await store.values({ gt: deliveryKey(afterId), lt: deliveryKey(END), limit });
      return values.map((value) => JSON.parse(value.toString()) as Delivery);
    },

    async unarchived(limit, afterId = '') {
      const values = await store.values({ gt: rawKey(afterId), lt: rawKey(END), limit });
      return values.map(readRaw);
    },

    isWaiting: (id) => waiting.has(id) || appending.has(id),

    writtenUntil: () => Math.min(Date.now(), ...appending.values()),

    state: () => ({
      waiting: waiting.size,
      // Ids sort by time, and a Map keeps the order of insertion: the first is the oldest.
      oldestAt: waiting.values().next().value,
      unarchived: sizes.size - waiting.size,
      bytes,
    }),

    close: () => store.close(),
  };
}

/** The only key that is of no request. */
const ID_KEY = 'id';

async function nameStore(store: JournalStore): Promise<string> {
  const id = randomUUID();
  // A full disk keeps no process from starting and handing over what is there: the next one takes another name.
  await store.write([{ type: 'put', key: ID_KEY, value: Buffer.from(id) }], true).catch(() => undefined);
  return id;
}

const deliveryKey = (id: string): string => `delivery:${id}`;
const rawKey = (id: string): string => `raw:${id}`;
const isDelivery = (key: string): boolean => key.startsWith('delivery:');
const idOf = (key: string): string => key.slice(key.indexOf(':') + 1);

type Put = Extract<Operation, { readonly type: 'put' }>;

function recordsOf(entry: JournalEntry): Put[] {
  const { id, receivedAt, updates, body, ...rest } = entry;
  const delivery: Delivery = { id, receivedAt, updates };
  const raw = { id, receivedAt, updates, ...rest, body: body.toString('base64') };
  const put = (key: string, value: object): Put => ({
    type: 'put',
    key,
    value: Buffer.from(JSON.stringify(value)),
  });
  return [put(rawKey(id), raw), ...(updates.length > 0 ? [put(deliveryKey(id), delivery)] : [])];
}

function readRaw(value: Buffer): JournalEntry {
  const raw = JSON.parse(value.toString()) as Omit<JournalEntry, 'body'> & { body: string };
  return { ...raw, body: Buffer.from(raw.body, 'base64') };
}

/** What a journal holds, without the bytes of the webhooks. */
export interface JournalContents {
  /** What the archive lacks, or Temporal; each webhook once. */
  readonly webhooks: readonly KeptWebhook[];
  /** Workflow ids of deliveries that Temporal was not given yet. */
  readonly notHandedOver: ReadonlySet<string>;
}

export interface KeptWebhook {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly workflowIds: readonly string[];
}

/** Webhooks per page; those that the archive lacks come with their bytes, a megabyte at most. */
const PAGE = 50;

/** Reads the whole journal: little, unless PostgreSQL or Temporal is away. */
export async function readJournal(journal: Journal): Promise<JournalContents> {
  const webhooks = new Map<string, KeptWebhook>();
  const keep = ({ id, receivedAt, updates }: Delivery): readonly string[] => {
    const workflowIds = updates.map((update) => deliveryWorkflowId(update));
    webhooks.set(id, { id, receivedAt, workflowIds });
    return workflowIds;
  };
  // In this order: what comes in between is found as not handed over, never as handed over too early.
  await eachPage((after) => journal.unarchived(PAGE, after), keep);
  const notHandedOver = new Set<string>();
  await eachPage(
    (after) => journal.deliveries(PAGE, after),
    (delivery) => {
      for (const workflowId of keep(delivery)) notHandedOver.add(workflowId);
    },
  );
  return { webhooks: [...webhooks.values()], notHandedOver };
}

async function eachPage<T extends { readonly id: string }>(
  read: (after?: string) => Promise<T[]>,
  use: (one: T) => void,
): Promise<void> {
  let page = await read();
  while (page.length > 0) {
    page.forEach(use);
    page = await read(page.at(-1)?.id);
  }
}
