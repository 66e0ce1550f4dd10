import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Progress } from '../workflows/progress';
import { progressQuery } from '../workflows/messages';
import { ATTENTION } from '../workflows/search-attributes';

const LOOK_INTERVAL_MS = 200;
/** Each query costs a delivery at work a workflow task (3 events), so one that is quick is not asked. */
const UNASKED_MS = 2_000;
/** A worker answers a query within milliseconds; without one the server waits for 10 s. */
const QUERY_TIMEOUT_MS = 3_000;

export interface FollowEnd {
  /** `RUNNING`, `COMPLETED`, … as Temporal calls it. */
  readonly state: string;
  readonly progress: Progress | null;
}

/**
 * Tells what a delivery does, one line for each new fact, until it has ended or waits for something.
 * @param patienceMs after this the delivery is left to itself
 */
export async function followDelivery(
  client: Client,
  workflowId: string,
  say: (line: string) => void,
  patienceMs: number,
): Promise<FollowEnd> {
  const handle = client.workflow.getHandle(workflowId);
  const told = new Set<string>();
  const started = Date.now();
  for (;;) {
    const { status, typedSearchAttributes } = await handle.describe();
    const elapsed = Date.now() - started;
    const settled =
      status.name !== 'RUNNING' ||
      (typedSearchAttributes.get(ATTENTION) ?? []).length > 0 ||
      elapsed > patienceMs;
    if (settled || elapsed > UNASKED_MS) {
      const progress = await client.connection
        .withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(progressQuery))
        .catch(() => null);
      for (const line of progress ? factsOf(progress) : []) {
        if (!told.has(line)) say(line);
        told.add(line);
      }
      if (settled) return { state: status.name, progress };
    }
    await sleep(LOOK_INTERVAL_MS);
  }
}

function factsOf({ recipients, pushes }: Progress): string[] {
  const people = recipients && [
    `order      ${recipients.orderId}`,
    `recipients ${[
      recipients.userId === null ? [] : `user ${recipients.userId}`,
      recipients.merchantId === null ? [] : `merchant ${recipients.merchantId}`,
    ]
      .flat()
      .join(', ')}`,
  ];
  return [
    ...(people ?? []),
    ...pushes.map(
      ({ cidTail, audience, state, reason, words }) =>
        `push       …${cidTail} ${audience.padEnd(8)} ${state}: ${words === '' ? reason : words}`,
    ),
  ];
}
