import { randomUUID } from 'node:crypto';
import { createBacklog } from './backlog';
import {
  lineOf,
  readEntry,
  readWaiting,
  writeEntry,
  writeWaiting,
  type JournalEntry,
  type WaitingWebhook,
} from './journal-entry';
import { openJournalStore, type JournalStore, type Operation } from './journal-store';
import { createTurns } from './turns';

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
  waiting(limit: number, afterId?: string): Promise<WaitingWebhook[]>;
  /** What Temporal lacks and may be given now, so that no sender waits for what another one sent. */
  nextInTurn(limit: number, mayGo: (id: string) => boolean): Promise<WaitingWebhook[]>;
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

/**
 * Opens the journal of this process in `folder`, and finds what an earlier process left.
 * @param maxBytes what it may hold before it refuses
 * @throws when another process has it open
 */
export async function openJournal(folder: string, maxBytes: number): Promise<Journal> {
  const store = await openJournalStore(folder);
  /** What Temporal lacks, and what the archive lacks. */
  const waiting = createBacklog();
  const unarchived = createBacklog();
  const turns = createTurns();
  /** When the requests were received that Temporal lacks. */
  const receivedAt = new Map<string, number>();
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
    if (!isWaitingKey(key)) {
      unarchived.add(idOf(key));
      continue;
    }
    const webhook = readWaiting(value);
    waiting.add(webhook.id);
    turns.add(webhook.id, webhook.line);
    receivedAt.set(webhook.id, webhook.receivedAt);
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
      unarchived.add(entry.id);
      if (entry.deliveries.length === 0) return;
      waiting.add(entry.id);
      turns.add(entry.id, lineOf(entry));
      receivedAt.set(entry.id, entry.receivedAt);
    },

    async markHandedOver(id) {
      await store.write([{ type: 'del', key: waitingKey(id) }], false);
      waiting.delete(id);
      turns.delete(id);
      receivedAt.delete(id);
      drop(waitingKey(id));
    },

    async markArchived(ids) {
      const keys = ids.map(rawKey);
      const removals = keys.map((key): Operation => ({ type: 'del', key }));
      await store.write(removals, false);
      keys.forEach(drop);
      ids.forEach((id) => unarchived.delete(id));
    },

    async waiting(limit, afterId) {
      const values = await store.read(waiting.page(limit, afterId).map(waitingKey));
      return values.map(readWaiting);
    },

    async nextInTurn(limit, mayGo) {
      const values = await store.read(turns.next(limit, mayGo).map(waitingKey));
      return values.map(readWaiting);
    },

    async unarchived(limit, afterId) {
      const values = await store.read(unarchived.page(limit, afterId).map(rawKey));
      return values.map(readEntry);
    },

    isWaiting: (id) => waiting.has(id) || appending.has(id),

    writtenUntil: () => Math.min(Date.now(), ...appending.values()),

    state: () => ({
      waiting: waiting.size,
      oldestAt: receivedAt.get(waiting.page(1)[0] ?? ''),
      unarchived: unarchived.size,
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

const waitingKey = (id: string): string => `delivery:${id}`;
const rawKey = (id: string): string => `raw:${id}`;
const isWaitingKey = (key: string): boolean => key.startsWith(waitingKey(''));
const idOf = (key: string): string => key.slice(key.indexOf(':') + 1);

type Put = Extract<Operation, { readonly type: 'put' }>;

function recordsOf(entry: JournalEntry): Put[] {
  const put = (key: string, value: Buffer): Put => ({ type: 'put', key, value });
  const { id, deliveries } = entry;
  return [
    put(rawKey(id), writeEntry(entry)),
    ...(deliveries.length > 0 ? [put(waitingKey(id), writeWaiting(entry))] : []),
  ];
}

/** What a journal holds, without the bytes of the webhooks. */
export interface JournalContents {
  /** What the archive lacks, or Temporal; each webhook once. */
  readonly webhooks: readonly KeptWebhook[];
  /** Workflow ids of deliveries that Temporal was not given yet. */
  readonly notHandedOver: ReadonlySet<string>;
}

/** One webhook that the journal still keeps. */
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
  const keep = ({ id, receivedAt, deliveries }: Omit<WaitingWebhook, 'line'>): readonly string[] => {
    const workflowIds = deliveries.map(({ workflowId }) => workflowId);
    webhooks.set(id, { id, receivedAt, workflowIds });
    return workflowIds;
  };
  // In this order: what comes in between is found as not handed over, never as handed over too early.
  await eachPage((after) => journal.unarchived(PAGE, after), keep);
  const notHandedOver = new Set<string>();
  await eachPage(
    (after) => journal.waiting(PAGE, after),
    (webhook) => {
      for (const workflowId of keep(webhook)) notHandedOver.add(workflowId);
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
