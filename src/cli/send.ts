import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig, type Config } from '../config';
import { sign } from '../sources/standard-webhooks';
import { followDelivery, type FollowEnd } from './follow-delivery';
import { openTemporal } from './open-temporal';
import { nextWebhook, type SendChoice } from './sample-parcel';

/** The API answers within 2 s even when Temporal is away. */
const REQUEST_TIMEOUT_MS = 10_000;
const PATIENCE_MS = 60_000;

const answer = z.object({
  ok: z.boolean(),
  message: z.string().optional(),
  duplicate: z.boolean().optional(),
  workflow_id: z.string().optional(),
  status_known: z.boolean().optional(),
  temporal_ui: z.string().optional(),
});
type Answer = z.infer<typeof answer>;

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
  const { body, linkTo, keep } = await nextWebhook(config.dataDir, choice, new Date());
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host;
  const base = `http://${host}:${config.port}`;
  if (linkTo !== null) {
    const path = `/api/v1/waybills/${body.carrier}/${body.tracking_no}`;
    await request(config, 'PUT', base + path, { order_id: linkTo });
    say(`linked     ${body.carrier} ${body.tracking_no} to ${linkTo}`);
  }
  say(`webhook    ${body.carrier} ${body.tracking_no} ${body.status}: ${body.event_text}`);
  const reply = await request(config, 'POST', `${base}/webhook/express/status`, body);
  await keep();
  say(`answer     ${describeAnswer(reply)}`);
  if (reply.workflow_id === undefined) return;
  say(`workflow   ${reply.workflow_id}`);

  const embedded = config.temporal.kind === 'embedded' ? `127.0.0.1:${config.temporal.port}` : undefined;
  const temporal = await openTemporal(config, embedded);
  try {
    const end = await followDelivery(temporal.client, reply.workflow_id, say, PATIENCE_MS);
    say(`state      ${describeEnd(end)}`);
    say(`Temporal   ${reply.temporal_ui}`);
    say(`next       ${nextCommand(end, reply.workflow_id)}`);
  } finally {
    await temporal.close();
  }
}

async function request(config: Config, method: string, url: string, body: object): Promise<Answer> {
  const text = JSON.stringify(body);
  const response = await fetch(url, {
    method,
    body: text,
    headers: { 'content-type': 'application/json', ...credentials(config, text) },
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`Waybell does not answer at ${url}: start it with npm start.`, { cause: error });
  });
  const reply = answer.parse(await response.json());
  if (!reply.ok) throw new Error(`Waybell answered ${response.status}: ${reply.message}`);
  return reply;
}

/** Signed and authorised with the settings of the running product, when it has any. */
function credentials(
  { webhookSecrets: [secret], apiKeys: [key] }: Config,
  body: string,
): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    ...(secret !== undefined && {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${sign(secret, id, timestamp, Buffer.from(body)).toString('base64')}`,
    }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
}

function describeAnswer({ duplicate, status_known: known }: Answer): string {
  if (duplicate) return 'accepted as a duplicate: this update was delivered before, nothing is sent twice';
  return known === false
    ? 'accepted, but the status is not known: it is stored and moves nothing'
    : 'accepted';
}

function describeEnd({ state, progress }: FollowEnd): string {
  return progress ? `${state}, ${progress.step}` : `${state}, no worker answers: see the Temporal UI`;
}

function nextCommand({ progress }: FollowEnd, workflowId: string): string {
  const attention = progress?.attention ?? [];
  if (attention.includes('push-failed'))
    return `temporal workflow signal --workflow-id '${workflowId}' --name retry`;
  if (attention.includes('order-not-found')) {
    return `link an order: PUT /api/v1/waybills/${progress?.carrier}/${progress?.trackingNo} {"order_id": "…"}`;
  }
  if (attention.includes('no-targets')) return 'register a device of the owner: POST /api/v1/push/register';
  return 'npm run send';
}
