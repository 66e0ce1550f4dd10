import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { inTransaction } from '../database/pool';
import { type ArchivedWebhook, deleteWebhooksBefore, insertWebhooks } from '../database/webhook-archive';
import { plainText } from '../sources/canonical';
import type { Flaw } from '../sources/source';
import { deliveryWorkflowId } from '../sources/update-identity';
import type { Journal } from './journal';
import type { JournalEntry } from './journal-entry';

/** How often the journal is emptied into the archive; milliseconds. Nobody waits for it. */
const LOOK_MS = 1_000;
/** How long it rests when PostgreSQL does not answer; milliseconds. */
const AWAY_RESTS_MS = 5_000;
/** Requests per statement; their bodies may have a megabyte each, usual ones have three kilobytes. */
const PAGE = 20;
/** A statement with megabytes over a slow line takes longer than one that somebody waits for; milliseconds. */
const STATEMENT_MS = 30_000;
/** How often what is too old is deleted; milliseconds. */
const CLEAN_EVERY_MS = 60 * 60_000;
const CLEAN_PAGE = 1_000;
/** Longest text about a flaw; characters. Some repeat a word of the sender. */
const MAX_FLAW_TEXT = 300;

export interface ArchiveParts {
  readonly journal: Journal;
  readonly pool: pg.Pool;
  /** How long a webhook is kept; milliseconds. */
  readonly retentionMs: number;
  readonly log: Logger;
}

/**
 * Moves the bytes of every accepted webhook from the journal to PostgreSQL, whenever PostgreSQL answers, and
 * deletes what is too old.
 * @returns what stops it
 */
export function startArchive({ journal, pool, retentionMs, log }: ArchiveParts): () => Promise<void> {
  const stopping = new AbortController();
  let away = false;
  let cleanAt = Date.now() + CLEAN_EVERY_MS;

  async function archiveAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const page = await journal.unarchived(PAGE);
      if (page.length === 0) return;
      await inTransaction(pool, (db) => insertWebhooks(db, page.map(archived)), STATEMENT_MS);
      await journal.markArchived(page.map(({ id }) => id));
    }
  }

  async function clean(): Promise<void> {
    cleanAt = Date.now() + CLEAN_EVERY_MS;
    const before = new Date(Date.now() - retentionMs);
    const deletePage = (): Promise<number> =>
      inTransaction(pool, (db) => deleteWebhooksBefore(db, before, CLEAN_PAGE), STATEMENT_MS);
    while (!stopping.signal.aborted && (await deletePage()) === CLEAN_PAGE);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await archiveAll();
        if (Date.now() >= cleanAt) await clean();
        away = false;
      } catch (error) {
        if (!away) log.warn({ err: error }, 'webhooks cannot be archived now; the journal keeps them');
        away = true;
      }
      await delay(away ? AWAY_RESTS_MS : LOOK_MS, undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
    }
  }
  const running = run();

  return async () => {
    stopping.abort();
    await running;
  };
}

function archived(entry: JournalEntry): ArchivedWebhook {
  const { id, source, channel, receivedAt, mediaType, body, updates, flaws } = entry;
  return {
    id,
    source,
    channel,
    receivedAt: new Date(receivedAt),
    mediaType,
    body,
    verdict: flaws.length > 0 ? 'flawed' : updates.length > 0 ? 'read' : 'empty',
    flaws: flaws.map(storable),
    workflowIds: updates.map((update) => deliveryWorkflowId(update)),
  };
}

/** PostgreSQL refuses a NUL, and one webhook that it refuses would hold up all that come after it. */
function storable({ code, where, message }: Flaw): Flaw {
  return { code, where: plainText(where, MAX_FLAW_TEXT), message: plainText(message, MAX_FLAW_TEXT) };
}
