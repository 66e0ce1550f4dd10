import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { DateTime } from 'luxon';
import type { ShipmentEvent, ShipmentUpdate } from '../shipment/update';
import { isNamed } from '../shipment/scan-version';
import { inMarkdown } from '../shipment/shown-text';
import { consoleLink } from './link';
import { readInput } from './runs';
import { contentOfNamed, rowWorkflowId, versionWorkflowId } from './workflow-id';
import { DELIVERY_WORKFLOW, TASK_QUEUE, type DeliveryInput } from '../workflows/contract';
import { CARRIER, DELIVERY_STATUS, TRACKING_NO } from '../workflows/search-attributes';

/** The limit of Temporal for a static summary. */
const MAX_SUMMARY_BYTES = 200;

/** Times are shown as the carriers print them. */
const ZONE = 'Asia/Shanghai';

function newestEvent({ events }: ShipmentUpdate): ShipmentEvent | undefined {
  return events.reduce<ShipmentEvent | undefined>(
    (newest, event) => (newest === undefined || event.time >= newest.time ? event : newest),
    undefined,
  );
}

/** The one line that people read in the list of workflows. */
export function deliverySummary(update: ShipmentUpdate): string {
  const event = newestEvent(update);
  const news = event
    ? `${event.status ?? `unknown status ${inMarkdown(event.rawStatus)}`} at ${shanghaiTime(event.time)}`
    : 'no events';
  return cutMarkdown(`${inMarkdown(`${update.carrier} ${update.trackingNo}`)}: ${news} (${update.source})`);
}

function shanghaiTime(iso: string): string {
  return DateTime.fromISO(iso, { zone: ZONE }).toFormat('yyyy-MM-dd HH:mm');
}

/** Code that is cut in its middle is closed: what it says would be Markdown. */
function cutMarkdown(text: string): string {
  const cut = cutToBytes(text, MAX_SUMMARY_BYTES - 1);
  return cut.split('`').length % 2 === 0 ? `${cut}\`` : cutToBytes(text, MAX_SUMMARY_BYTES);
}

function cutToBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let cut = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    cut += character;
  }
  return cut;
}

/** Markdown, which the UI shows beside the history. The number is in the address alone, and percent-encoded there. */
const consoleDetails = (consoleUrl: string, { trackingNo }: ShipmentUpdate): string =>
  `[Why, and what to do: the console of Waybell](${consoleLink(consoleUrl, trackingNo)})`;

export interface StartedDelivery {
  readonly workflowId: string;
  /** `undefined`: the delivery is known, nothing was started. */
  readonly runId: string | undefined;
}

export interface Starter {
  readonly temporal: Client;
  /** Where the workers of the deliveries listen; tests have queues of their own. */
  readonly taskQueue?: string;
  /** Where operators open the console, to which the Temporal UI then links. */
  readonly consoleUrl?: string | null;
}

/**
 * Starts the delivery of one update; when this resolves, it is durable. An update that Temporal knows starts
 * nothing, unless its workflow failed or delivers another version of a scan; `retryOf` starts a closed one again. Sources keep an update below the
 * 256 KB that Temporal warns at.
 * @param memo what is kept beside the run, for who looks at it from outside
 * @throws what the Temporal client throws; under a deadline if the caller has set one
 */
export async function startDelivery(
  starter: Starter,
  input: DeliveryInput,
  workflowId: string,
  memo: Readonly<Record<string, unknown>> = {},
): Promise<StartedDelivery> {
  const started = await startOnce(starter, input, workflowId, memo);
  if (started.runId !== undefined || input.retryOf !== undefined) return started;
  if (!input.update.events.some(({ key }) => isNamed(key))) return started;
  // The same ids and statuses do not prove that the scans are the same: their sender may have corrected one.
  const known = await readInput(starter.temporal, workflowId);
  if (known === undefined || contentOfNamed(known) === contentOfNamed(input.update)) return started;
  return startVersion(starter, input, workflowId, memo);
}

/** Starts the delivery of another version of what `workflowId` delivers, unless Temporal knows it. */
export function startVersion(
  starter: Starter,
  input: DeliveryInput,
  workflowId: string,
  memo: Readonly<Record<string, unknown>> = {},
): Promise<StartedDelivery> {
  return startOnce(starter, input, versionWorkflowId(workflowId, input.update), memo);
}

/** Starts the delivery of the same update for another row of the shop, unless Temporal knows it. */
export function startForRow(
  starter: Starter,
  input: DeliveryInput & { readonly waybillId: string },
  workflowId: string,
): Promise<StartedDelivery> {
  return startOnce(starter, input, rowWorkflowId(workflowId, input.waybillId), {});
}

async function startOnce(
  { temporal, taskQueue, consoleUrl }: Starter,
  input: DeliveryInput,
  workflowId: string,
  memo: Readonly<Record<string, unknown>>,
): Promise<StartedDelivery> {
  const { update, retryOf } = input;
  try {
    const handle = await temporal.workflow.start(DELIVERY_WORKFLOW, {
      taskQueue: taskQueue ?? TASK_QUEUE,
      workflowId,
      args: [input],
      workflowIdReusePolicy: retryOf ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: deliverySummary(update),
      ...(consoleUrl != null && { staticDetails: consoleDetails(consoleUrl, update) }),
      memo,
      typedSearchAttributes: [
        { key: CARRIER, value: update.carrier },
        { key: TRACKING_NO, value: update.trackingNo },
        { key: DELIVERY_STATUS, value: newestEvent(update)?.status ?? 'unknown' },
      ],
    });
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, runId: undefined };
    throw error;
  }
}
