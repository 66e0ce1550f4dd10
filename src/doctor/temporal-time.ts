import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

/** Nobody puts anything into it. */
const TASK_QUEUE = 'waybell-doctor';
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
  const taskQueue = { name: TASK_QUEUE };
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
