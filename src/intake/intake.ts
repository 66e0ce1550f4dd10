import { hostname } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Retention } from '../config/retention';
import type { WaitLimits } from '../shipment/attention';
import { startArchive } from './archive';
import { createHandOver } from './hand-over';
import { createHandOverTimes, type HandOverTimes } from './hand-over-times';
import { openJournal, readJournal, type JournalContents, type JournalState } from './journal';
import { journalId, type JournalEntry } from './journal-entry';
import type { HandedOver } from './waiting-senders';
import { startDelivery } from '../deliveries/start';

export interface IntakeParts {
  /** Where this process keeps its state; the journal is a folder in it. */
  readonly dataDir: string;
  readonly maxJournalBytes: number;
  readonly waitLimits: WaitLimits;
  readonly retention: Pick<Retention, 'texts'>;
  readonly temporal: Client;
  readonly taskQueue?: string;
  readonly consoleUrl?: string | null;
  readonly pool: pg.Pool;
  readonly log: Logger;
}

export interface IntakeState extends JournalState {
  readonly temporalAnswers: boolean;
}

/** Accepts verified webhooks, so that nothing that was accepted is lost whatever is down behind it. */
export interface Intake {
  /**
   * Resolves once the request is durable; its deliveries start right behind it.
   * @param waitMs how long its sender waits for Temporal all the same; milliseconds
   * @returns what came of its deliveries where its sender has waited; `undefined` when Temporal does not have them yet
   * @throws {JournalFullError} or an error of the disk: then nothing is kept
   */
  accept(webhook: Omit<JournalEntry, 'id'>, waitMs?: number): Promise<HandedOver | undefined>;
  state(): IntakeState;
  readonly handOverTimes: Pick<HandOverTimes, 'addTo'>;
  readonly journalId: string;
  /** What this process accepted and has not given to the archive, or not to Temporal. */
  readJournal(): Promise<JournalContents>;
  close(): Promise<void>;
}

/** Opens the journal, and begins to hand over what an earlier process left in it. */
export async function openIntake(parts: IntakeParts): Promise<Intake> {
  const { dataDir, maxJournalBytes, waitLimits: limits, retention, pool, log, ...starter } = parts;
  const journal = await openJournal(path.join(dataDir, 'journal'), maxJournalBytes);
  const handOverTimes = createHandOverTimes();
  const handOver = createHandOver({
    journal,
    log,
    took: handOverTimes.took,
    start: ({ workflowId, update }, deadline) =>
      parts.temporal.withDeadline(deadline, () => startDelivery(starter, { update, limits }, workflowId)),
  });
  const place = `${hostname()}:${path.resolve(dataDir)}`;
  const archive = startArchive({ journal, pool, place, textDays: retention.texts, log });
  return {
    accept: (webhook, waitMs = 0) =>
      handOver.append({ ...webhook, id: journalId(webhook.receivedAt) }, waitMs, () => archive.wake()),
    state: () => ({ ...journal.state(), temporalAnswers: handOver.temporalAnswers }),
    handOverTimes,
    journalId: journal.id,
    readJournal: () => readJournal(journal),
    async close() {
      await handOver.stop();
      await archive.stop();
      await journal.close();
    },
  };
}
