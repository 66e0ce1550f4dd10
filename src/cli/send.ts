import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig, type Config } from '../config/config';
import { sendWebhook, type ApiAnswer } from '../embedded/sample-carrier';
import { nextWebhook, type SendChoice } from '../embedded/sample-parcel';
import { openTemporal } from '../process/open-temporal';
import { nextStep } from '../shipment/attention';
import type { Attention } from '../shipment/delivery';
import { progressQuery } from '../workflows/messages';
import type { Progress } from '../workflows/progress';
import { ATTENTION } from '../workflows/search-attributes';

const LOOK_INTERVAL_MS = 200;
/** Each query costs a delivery at work a workflow task (3 events), so one that is quick is not asked. */
const UNASKED_MS = 2_000;
/** A worker answers a query within milliseconds; without one the server waits for 10 s. */
const QUERY_TIMEOUT_MS = 3_000;

interface FollowEnd {
  /** `RUNNING`, `COMPLETED`, … as Temporal calls it. */
  readonly state: string;
  readonly progress: Progress | null;
}

/**
 * Tells what a delivery does, one line for each new fact, until it has ended or waits for something.
 * @param patienceMs after this the delivery is left to itself
 */
async function followDelivery(
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

const PATIENCE_MS = 60_000;

/** The first that a delivery waits for is what is to be done next. */
const NEXT: readonly Attention[] = ['push-failed', 'order-not-found', 'no-targets'];

const say = (line: string): void => console.log(line);

/** `waybell send`: a webhook as a carrier would send it, followed until it is on the phones. */
export function sendCommand(): Command {
  return new Command('send')
    .description('send a webhook to the running Waybell and follow it to the phones')
    .option('--same', 'send the last webhook again, to see that it is delivered once')
    .option('--carrier <code>', 'another carrier than the sample parcel’s')
    .option('--tracking-no <number>', 'another parcel than the sample parcel')
    .option('--status <status>', 'this status instead of the next one')
    .option('--text <text>', 'what the carrier says about it')
    .action((choice: SendChoice) => send(loadConfig(), choice));
}

async function send(config: Config, choice: SendChoice): Promise<void> {
  const webhook = await nextWebhook(config.dataDir, choice, new Date());
  const { body, linkTo } = webhook;
  if (linkTo !== null) say(`link       ${body.carrier} ${body.tracking_no} to ${linkTo}`);
  say(`webhook    ${body.carrier} ${body.tracking_no} ${body.status}: ${body.event_text}`);
  const { status, answer } = await sendWebhook(config, webhook);
  if (!answer.ok) throw new Error(`Waybell answered ${status}: ${answer.message}`);
  say(`answer     ${describeAnswer(answer)}`);
  if (answer.workflow_id === undefined) return;
  say(`workflow   ${answer.workflow_id}`);
  if (answer.handed_over === false) {
    say('next       npm run status');
    return;
  }

  const temporal = await openTemporal(config);
  try {
    const end = await followDelivery(temporal.client, answer.workflow_id, say, PATIENCE_MS);
    say(`state      ${describeEnd(end)}`);
    say(`Temporal   ${answer.temporal_ui}`);
    say(`next       ${nextCommand(end)}`);
  } finally {
    await temporal.close();
  }
}

function describeAnswer({ duplicate, handed_over: handedOver, status_known: known }: ApiAnswer): string {
  if (handedOver === false) return 'kept: Temporal does not answer, and gets it once it does';
  if (duplicate) return 'accepted as a duplicate: this update was delivered before, nothing is sent twice';
  return known === false
    ? 'accepted, but the status is not known: it is stored and moves nothing'
    : 'accepted';
}

function describeEnd({ state, progress }: FollowEnd): string {
  return progress ? `${state}, ${progress.step}` : `${state}, no worker answers: see the Temporal UI`;
}

function nextCommand({ progress }: FollowEnd): string {
  const lacks = progress && NEXT.find((attention) => progress.attention.includes(attention));
  return lacks ? nextStep(lacks, { ...progress, name: progress.trackingNo }) : 'npm run send';
}
