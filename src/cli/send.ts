import type { Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { sendWebhook, type Acknowledgement } from '../embedded/sample-carrier';
import { nextWebhook, type SendChoice } from '../embedded/sample-parcel';
import { showDelivery } from './show-delivery';
import { print } from '../terminal';
import { command } from './summaries';

/** `waybell send`: a webhook as a carrier would send it, followed until it is on the phones. */
export function sendCommand(): Command {
  return command('send')
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
  if (linkTo !== null) print(`link       ${body.carrier} ${body.tracking_no} to ${linkTo}`);
  print(`webhook    ${body.carrier} ${body.tracking_no} ${body.status}: ${body.event_text}`);
  const answer = await sendWebhook(config, webhook);
  print(`answer     ${describeAnswer(answer)}`);
  print(`workflow   ${answer.workflow_id}`);
  if (!answer.handed_over) {
    print('next       npm run status');
    return;
  }
  await showDelivery(config, {
    workflowId: answer.workflow_id,
    temporalUi: answer.temporal_ui,
    otherwise: 'npm run send',
  });
}

function describeAnswer({
  duplicate,
  handed_over: handedOver,
  status_known: known,
}: Acknowledgement): string {
  if (!handedOver) return 'kept: Temporal does not answer, and gets it once it does';
  if (duplicate) return 'accepted as a duplicate: this update was delivered before, nothing is sent twice';
  return known ? 'accepted' : 'accepted, but the status is not known: it is stored and moves nothing';
}
