import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nobody puts anything into it. */
const PROBE_QUEUE = 'waybell-doctor';
/** The server refuses a poll that waits for less than 2 s; it is ended before. */
const POLL_MS = 5_000;
const LOOK_MS = 10;

/**
 * Reads the clock of the Temporal server. None of its answers tells the time, but it notes when it was last polled:
 * so a queue without tasks is polled for a moment, which starts nothing and takes nothing.
 * @returns milliseconds since 1970
 */
export async function readTemporalTime(client: Client): Promise<number> {
  const { workflowService, connection, options } = client;
  const { namespace } = options;
  const identity = `doctor ${randomUUID()}`;
  const taskQueue = { name: PROBE_QUEUE };
  const taskQueueType = temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY;
  const seen = new AbortController();
  const ended = connection
    .withAbortSignal(seen.signal, () =>
      connection.withDeadline(Date.now() + POLL_MS, () =>
        workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity }),
      ),
    )
    .then(
      () => new Error('it ended the poll'),
      (error: Error) => error,
    );
  let refusal: Error | undefined;
  void ended.then((error) => (refusal = error));
  try {
    for (;;) {
      const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue, taskQueueType });
      const time = pollers.find((poller) => poller.identity === identity)?.lastAccessTime;
      if (time) return Number(time.seconds) * 1_000 + (time.nanos ?? 0) / 1_000_000;
      if (refusal) throw refusal;
      await sleep(LOOK_MS);
    }
  } finally {
    seen.abort();
    await ended;
  }
}

/** Clocks that are set meanwhile are noticed after so long; milliseconds. */
const KNOWN_FOR_MS = 10 * 60_000;

interface Reading {
  readonly serverMs: number;
  /** `performance.now()`, which nobody sets. */
  readonly readAt: number;
}
const readings = new WeakMap<Client, Reading>();

/** The time by the clock of the Temporal server, read once in a while; our own where that cannot be read. */
export async function timeOfTemporal(client: Client): Promise<number> {
  const known = readings.get(client);
  const sinceMs = known ? performance.now() - known.readAt : Infinity;
  if (known && sinceMs < KNOWN_FOR_MS) return known.serverMs + sinceMs;
  try {
    const serverMs = await readTemporalTime(client);
    readings.set(client, { serverMs, readAt: performance.now() });
    return serverMs;
  } catch {
    // Whoever may not poll is told about the queue all the same.
    return Date.now();
  }
}
