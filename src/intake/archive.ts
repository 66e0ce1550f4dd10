import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import {
  deleteJournal,
  markWebhooksHandedOver,
  reportJournal,
  selectKeptWebhooks,
} from '../database/journals';
import { insertPickupCodes } from '../database/pickup-codes';
import { inTransaction } from '../database/pool';
import { textsOf, writeScanTexts } from '../database/scan-texts';
import { insertWebhooks, type NewWebhook } from '../database/webhook-archive';
import { plainText } from '../sources/reading/text';
import type { Flaw } from '../sources/source';
import { findErased } from './erased-webhooks';
import type { Journal } from './journal';
import type { JournalEntry } from './journal-entry';
import { createLateTexts } from './late-texts';

/** Webhooks whose mark is taken away at once. */
const REPORT_PAGE = 1_000;

/** Tells the other processes, by the database, what this journal holds. */
export interface JournalReport {
  /** @param archivedUntil everything that was received before is in the archive; milliseconds since 1970 */
  tell(archivedUntil: number): Promise<void>;
  /** Before the end: a journal that holds nothing is forgotten, any other is missed until it is opened again. */
  forgetIfEmpty(): Promise<void>;
}

function createJournalReport(journal: Journal, pool: pg.Pool, place: string): JournalReport {
  const journalId = journal.id;

  /** Takes the mark from archived webhooks that Temporal has by now: the senders take turns, so all are looked at. */
  async function unmark(): Promise<void> {
    for (let afterId: string | undefined = ''; afterId !== undefined;) {
      const page = { journalId, afterId, limit: REPORT_PAGE };
      afterId = await inTransaction(pool, async (db) => {
        const kept = await selectKeptWebhooks(db, page);
        const ids = kept.filter((id) => !journal.isWaiting(id));
        if (ids.length > 0) await markWebhooksHandedOver(db, ids);
        return kept.length < REPORT_PAGE ? undefined : kept.at(-1);
      });
    }
  }

  return {
    async tell(archivedUntil) {
      await unmark();
      const { waiting, oldestAt } = journal.state();
      await inTransaction(pool, (db) =>
        reportJournal(db, {
          journalId,
          place,
          archivedUntil: new Date(archivedUntil),
          waiting,
          oldestAt: oldestAt === undefined ? null : new Date(oldestAt),
        }),
      );
    },

    async forgetIfEmpty() {
      const { waiting, unarchived } = journal.state();
      if (waiting + unarchived === 0) await inTransaction(pool, (db) => deleteJournal(db, journalId));
    },
  };
}

/** How often it is looked whether the journal holds something for the archive; milliseconds. */
const LOOK_MS = 1_000;
/**
 * How long what is accepted is gathered after the page before; milliseconds. A single webhook goes at once, so that
 * its texts are there before its notification is; of more, one transaction is for many, or each delivery would pay for
 * two more.
 */
const GATHER_MS = 1_000;
/** How long it rests when PostgreSQL does not answer; milliseconds. */
const AWAY_RESTS_MS = 5_000;
/** Requests per statement; their bodies may have a megabyte each, usual ones have three kilobytes. */
const PAGE = 20;
/** A statement with megabytes over a slow line takes longer than one that somebody waits for; milliseconds. */
const STATEMENT_MS = 30_000;
/** How often the others are told how far it is: at most, and in the middle of much work; milliseconds. */
const TELL_AT_MOST_MS = 800;
const TELL_MS = 5_000;
/** Longest text about a flaw; characters. Some repeat a word of the sender. */
const MAX_FLAW_TEXT = 300;

export interface ArchiveParts {
  readonly journal: Journal;
  readonly pool: pg.Pool;
  /** Where the journal is, for people. */
  readonly place: string;
  /** How long texts of scans are kept; days. */
  readonly textDays: number;
  readonly log: Logger;
}

export interface Archive {
  /** Something was accepted: it is moved now, and not only at the next look. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Moves the bytes of every accepted webhook, what its scans say in words and the sealed codes in them from the journal
 * to PostgreSQL, whenever PostgreSQL answers, and says so there.
 */
export function startArchive(parts: ArchiveParts): Archive {
  const { journal, pool, place, textDays, log } = parts;
  const report = createJournalReport(journal, pool, place);
  const lateTexts = createLateTexts({ pool, log });
  const stopping = new AbortController();
  let away = false;
  let toldAt = -Infinity;
  let woken = false;
  let resting: AbortController | undefined;

  async function archive(page: readonly JournalEntry[]): Promise<void> {
    const texts = page.flatMap((entry) => textsOf(entry.deliveries, new Date(entry.receivedAt)));
    await inTransaction(
      pool,
      async (db) => {
        const erased = await findErased(db, page);
        await insertWebhooks(
          db,
          page.map((entry) => toArchive(entry, journal, erased.webhooks.has(entry.id))),
        );
        await writeScanTexts(db, texts, textDays);
        await insertPickupCodes(
          db,
          page.flatMap(({ receivedAt, pickupCodes = [] }) =>
            pickupCodes
              .filter(({ workflowId }) => !erased.deliveries.has(workflowId))
              .map((told) => ({ ...told, receivedAt: new Date(receivedAt) })),
          ),
        );
      },
      STATEMENT_MS,
    );
    await journal.markArchived(page.map(({ id }) => id));
    const said = page.flatMap(({ deliveries }) => deliveries).filter((one) => one.texts.length > 0);
    await lateTexts.fill(said.map(({ workflowId }) => workflowId));
  }

  async function archiveAll(tell: 'if due' | 'always' = 'if due'): Promise<void> {
    for (;;) {
      const writtenUntil = journal.writtenUntil();
      const page = await journal.unarchived(PAGE);
      const last = page.at(-1);
      if (last) await archive(page);
      const isAll = page.length < PAGE;
      const untoldMs = tell === 'always' ? Infinity : Date.now() - toldAt;
      if (untoldMs > (isAll ? TELL_AT_MOST_MS : TELL_MS)) {
        await report.tell(isAll ? writtenUntil : Math.min(last?.receivedAt ?? writtenUntil, writtenUntil));
        toldAt = Date.now();
      }
      if (isAll || stopping.signal.aborted) return;
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        woken = false;
        await archiveAll();
        await lateTexts.fillAgain('due');
        away = false;
      } catch (error) {
        if (!away) log.warn({ err: error }, 'webhooks cannot be archived now; the journal keeps them');
        away = true;
      }
      await (away ? pause(AWAY_RESTS_MS, stopping.signal) : rest());
    }
  }

  /** Until the next look, or until it is woken. */
  async function rest(): Promise<void> {
    await pause(GATHER_MS, stopping.signal);
    if (woken || stopping.signal.aborted) return;
    resting = new AbortController();
    await pause(LOOK_MS, resting.signal);
    resting = undefined;
  }
  const running = run();

  return {
    wake() {
      woken = true;
      resting?.abort();
    },
    async stop() {
      stopping.abort();
      resting?.abort();
      await running;
      if (away) return;
      try {
        await archiveAll('always');
        await lateTexts.fillAgain('all');
        await report.forgetIfEmpty();
      } catch (error) {
        log.warn({ err: error }, 'the last webhooks were not archived; the journal keeps them');
      }
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);

function toArchive(entry: JournalEntry, journal: Journal, isErased: boolean): NewWebhook {
  const { id, source, channel, receivedAt, mediaType, body, deliveries, flaws } = entry;
  return {
    id,
    source,
    channel,
    receivedAt: new Date(receivedAt),
    mediaType,
    body: isErased ? Buffer.alloc(0) : body,
    emptied: isErased,
    verdict: flaws.length > 0 ? 'flawed' : deliveries.length > 0 ? 'read' : 'empty',
    flaws: isErased ? [] : flaws.map(storable),
    workflowIds: deliveries.map(({ workflowId }) => workflowId),
    ...(journal.isWaiting(id) && { keptBy: journal.id }),
  };
}

/** PostgreSQL refuses a NUL, and one webhook that it refuses would hold up all that come after it. */
function storable({ code, where, message }: Flaw): Flaw {
  return { code, where: plainText(where, MAX_FLAW_TEXT), message: plainText(message, MAX_FLAW_TEXT) };
}
