import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { AlarmName, Alarms, Trouble } from '../alarms';
import { every, type Repeated } from '../every';
import type { Intake } from '../intake/intake';
import type { AttentionKind } from '../shipment/attention';
import { ATTENTIONS, type Attention } from '../shipment/delivery';
import { sumAttention, type AttentionSum, type Entry } from './attention';

/** A look counts all that waits. What it finds has been so for a minute or more. */
const INTERVAL_MS = 60_000;
const TEMPORAL_BUDGET_MS = 3_000;

/** How many deliveries may wait for something before people are told; a kind that is not named has no bound. */
export type WaitingBounds = Readonly<Partial<Record<Attention, number>>>;

export interface AttentionWatchParts {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly intake: Intake;
  readonly bounds: WaitingBounds;
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/** Looks again and again at all that waits, and raises the alarms about what should not, or about too much of it. */
export function watchAttention(parts: AttentionWatchParts): Repeated {
  const { bounds, alarms, log, intervalMs = INTERVAL_MS } = parts;
  return every(intervalMs, async () => {
    try {
      const sum = await sumAttention({ ...parts, temporalBudgetMs: TEMPORAL_BUDGET_MS });
      for (const [name, troubles] of troublesOf(sum, bounds)) alarms.setEach(name, troubles);
    } catch (error) {
      // Whether PostgreSQL answers at all, the alarm database-away says; what was wrong stays wrong.
      log.debug({ err: error }, 'what waits could not be counted');
    }
  });
}

/** Alarms about what is no delivery, by what waits. Providers that are down, and Temporal, have watches of their own. */
const ALARM_OF: Readonly<Partial<Record<AttentionKind, AlarmName>>> = {
  worker: 'worker-missing',
  sweep: 'sweep-missing',
  journal: 'journal-stuck',
  'journal-silent': 'journal-silent',
  'provider-held': 'provider-held',
  'deactivation-held': 'deactivation-held',
};

/** What is to be alarmed about: every alarm of this watch, those with nothing to say among them. */
export function troublesOf(
  { counts, others, overdue }: AttentionSum,
  bounds: WaitingBounds,
): [AlarmName, Trouble[]][] {
  const ofOthers = Object.entries(ALARM_OF).map(([kind, name]): [AlarmName, Trouble[]] => [
    name,
    others.filter((other) => other.kind === kind && isTrouble(other)).map(troubleOf),
  ]);
  const late = [...ATTENTIONS, 'under-way' as const].filter((kind) => (overdue[kind] ?? 0) > 0);
  const many = counts.filter(({ kind, count }) => count > (boundOf(bounds, kind) ?? Infinity));
  return [
    ...ofOthers,
    [
      'deliveries-overdue',
      late.map((kind) => ({
        subject: kind,
        sentence: `Deliveries should not wait any more (${kind}).`,
        detail: `${overdue[kind]} deliveries.`,
      })),
    ],
    [
      'too-many-wait',
      many.map(({ kind, count, oldest }) => ({
        subject: kind,
        sentence: `More than ${boundOf(bounds, kind)} deliveries wait (${kind}).`,
        detail: `${count} deliveries, the oldest since ${oldest.toISOString()}.`,
      })),
    ],
  ];
}

const boundOf = (bounds: WaitingBounds, kind: AttentionKind): number | undefined =>
  (bounds as Readonly<Partial<Record<AttentionKind, number>>>)[kind];

/** A hold is one from its first moment: nothing is pushed, and mostly a person has to do something. */
function isTrouble({ kind, alarm }: Entry): boolean {
  return alarm !== null || kind === 'provider-held' || kind === 'deactivation-held';
}

function troubleOf({ kind, subject, words }: Entry): Trouble {
  return {
    subject,
    sentence: `Waits: ${kind}${subject === '' ? '' : ` (${subject})`}.`,
    detail: words?.en ?? '',
  };
}
