import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import {
  addChannelTraffic,
  KEPT_REFUSALS,
  NO_CHANNEL,
  type CountedChannel,
  type CountedRefusal,
} from '../../database/channel-traffic';
import { inTransaction } from '../../database/pool';
import type { WhyRefused } from './why-refused';

/** How often what was counted is written; milliseconds. */
const WRITE_MS = 5_000;
const SPAN_MS = 10 * 60_000;
/** Spans that are kept while they cannot be written: a day of them. */
const MAX_SPANS = 144;
/** Refusals of nobody's that are kept between two writes: who they are of says little, and anybody can make them. */
const MAX_STRANGE_REFUSALS = 20;

export interface RefusedWebhook {
  readonly source: string;
  /** `NO_CHANNEL` where nothing in the request shows that it is of the sender. */
  readonly channel: string;
  readonly why: WhyRefused;
  /** Where it came from; empty where that cannot be told. */
  readonly address: string;
  readonly trackingNos: readonly string[];
}

/** What comes through the channels, counted in memory and added to the database every some seconds. */
export interface TrafficCount {
  accepted(source: string, channel: string): void;
  refused(webhook: RefusedWebhook): void;
  /** Writes for the last time. */
  close(): Promise<void>;
}

export interface TrafficParts {
  readonly pool: pg.Pool;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/** Counts, and writes until it is closed. What is counted when a process is killed is lost: some seconds of it. */
export function countTraffic({ pool, log, intervalMs = WRITE_MS }: TrafficParts): TrafficCount {
  let counted: Counted = new Map();
  let away = false;
  const stopping = new AbortController();

  async function write(): Promise<void> {
    if (counted.size === 0) return;
    const written = counted;
    counted = new Map();
    try {
      await inTransaction(pool, (db) => addChannelTraffic(db, [...written.values()].map(toRow)));
      away = false;
    } catch (error) {
      if (!away) log.warn({ err: error }, 'what comes through the channels cannot be written now');
      away = true;
      // What was counted meanwhile came later.
      for (const one of counted.values()) add(written, one);
      counted = written;
    }
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      await delay(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
      await write();
    }
  }
  const running = run();

  return {
    accepted(source, channel) {
      const now = Date.now();
      const spans = new Map([[spanOf(now), { accepted: 1, refused: 0 }]]);
      add(counted, { ...nothingOf(source, channel), acceptedAt: now, spans });
    },
    refused({ source, channel, why, address, trackingNos }) {
      const now = Date.now();
      const at = new Date(now);
      const numbers = trackingNos.length > 0 ? trackingNos.slice(0, KEPT_REFUSALS) : [''];
      const refusals = new Map(
        numbers.map((trackingNo) => {
          const refusal = { ...why, address, trackingNo, times: 1, firstAt: at, lastAt: at };
          return [alike(refusal), refusal];
        }),
      );
      const spans = new Map([[spanOf(now), { accepted: 0, refused: 1 }]]);
      add(counted, { ...nothingOf(source, channel), refusedAt: now, refusedInARow: 1, spans, refusals });
    },
    async close() {
      stopping.abort();
      await running;
      // What was counted while the last write was under way.
      await write();
    },
  };
}

type Counted = Map<string, Count>;

/** What is counted of one channel: of one request, or of many. */
interface Count {
  readonly source: string;
  readonly channel: string;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number | null;
  readonly refusedAt: number | null;
  readonly refusedInARow: number;
  readonly spans: Map<number, { readonly accepted: number; readonly refused: number }>;
  readonly refusals: Map<string, CountedRefusal>;
}

function nothingOf(source: string, channel: string): Count {
  return {
    ...{ source, channel, acceptedAt: null, refusedAt: null, refusedInARow: 0 },
    ...{ spans: new Map(), refusals: new Map() },
  };
}

/** Adds what came later. */
function add(counted: Counted, later: Count): void {
  const { source, channel } = later;
  const key = `${source}/${channel}`;
  const before = counted.get(key);
  counted.set(key, before === undefined ? later : sum(before, later));
}

/** Into the maps of the first, which is given up. */
function sum(before: Count, later: Count): Count {
  const { spans, refusals } = before;
  for (const [span, { accepted, refused }] of later.spans) {
    const old = spans.get(span) ?? { accepted: 0, refused: 0 };
    spans.set(span, { accepted: old.accepted + accepted, refused: old.refused + refused });
  }
  dropFirst(spans, MAX_SPANS);
  for (const [key, refusal] of later.refusals) {
    const old = refusals.get(key);
    // Anew at the end: the oldest ones are dropped.
    refusals.delete(key);
    refusals.set(key, old ? { ...refusal, times: old.times + refusal.times, firstAt: old.firstAt } : refusal);
  }
  dropFirst(refusals, before.channel === NO_CHANNEL ? MAX_STRANGE_REFUSALS : KEPT_REFUSALS);
  return {
    ...before,
    acceptedAt: later.acceptedAt ?? before.acceptedAt,
    refusedAt: later.refusedAt ?? before.refusedAt,
    refusedInARow: later.refusedInARow + (later.acceptedAt === null ? before.refusedInARow : 0),
    spans,
    refusals,
  };
}

function dropFirst(map: Map<unknown, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

function spanOf(now: number): number {
  return now - (now % SPAN_MS);
}

function alike({ reason, place, found, address, trackingNo }: CountedRefusal): string {
  return JSON.stringify([reason, place, found, address, trackingNo]);
}

function toRow({ acceptedAt, refusedAt, spans, refusals, ...count }: Count): CountedChannel {
  return {
    ...count,
    acceptedAt: acceptedAt === null ? null : new Date(acceptedAt),
    refusedAt: refusedAt === null ? null : new Date(refusedAt),
    spans: [...spans].map(([span, sums]) => ({ span: new Date(span), ...sums })),
    refusals: [...refusals.values()],
  };
}
