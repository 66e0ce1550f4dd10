import { setTimeout as delay } from 'node:timers/promises';
import type { HandOverParts } from '../../src/intake/hand-over';

const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;
const INVALID_ARGUMENT = 3;
/** So that a test which fails ends. */
const HELD_AT_MOST_MS = 30_000;

/** Stands for a Temporal server, as far as the hand-over sees it. */
export interface OwnTemporal {
  readonly start: HandOverParts['start'];
  /** What it does with a start: answers, is not there, or is there and says nothing. */
  mode: 'answers' | 'away' | 'silent';
  /** Waybills that it refuses for ever, for a reason of theirs. */
  readonly refuses: Set<string>;
  /** Waybills whose part of it is away, as one shard of its history can be, whatever it does with the others. */
  readonly lacks: Set<string>;
  /** Waybills in the order in which they were started. */
  readonly started: string[];
  /** How often a start was asked for. */
  asked: number;
  /** Waybills of which two starts were under way at the same time. */
  readonly twiceAtOnce: string[];
  /** Keeps every answer back until the returned function is called. */
  hold(): () => void;
}

export function ownTemporal(): OwnTemporal {
  const underWay = new Set<string>();
  let gate = Promise.resolve();
  const own: OwnTemporal = {
    mode: 'answers',
    refuses: new Set(),
    lacks: new Set(),
    started: [],
    asked: 0,
    twiceAtOnce: [],
    hold() {
      let release = (): void => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return () => release();
    },
    async start({ update: { trackingNo } }, deadline) {
      own.asked += 1;
      if (underWay.has(trackingNo)) own.twiceAtOnce.push(trackingNo);
      underWay.add(trackingNo);
      try {
        await Promise.race([gate, delay(HELD_AT_MOST_MS, undefined, { ref: false })]);
        if (own.mode === 'away' || own.lacks.has(trackingNo)) throw grpcError(UNAVAILABLE);
        if (own.mode === 'silent') {
          await delay(deadline - Date.now());
          throw grpcError(DEADLINE_EXCEEDED);
        }
        await delay(1);
        if (own.refuses.has(trackingNo)) throw grpcError(INVALID_ARGUMENT);
        const known = own.started.includes(trackingNo);
        if (!known) own.started.push(trackingNo);
        return { workflowId: trackingNo, runId: known ? undefined : `run of ${trackingNo}` };
      } finally {
        underWay.delete(trackingNo);
      }
    },
  };
  return own;
}

/** As the client of Temporal throws it: the words of gRPC are the cause of its own. */
function grpcError(code: number): Error {
  const cause = Object.assign(new Error(`${code}`), { code, details: '', metadata: {} });
  return new Error('Failed to start Workflow', { cause });
}
