import { InvalidArgumentError, Option, type Command } from 'commander';
import { isOneSlip } from '../config/setting-fields';
import { loadConfig, type Config } from '../config/config';
import { sendWebhook, type Acknowledgement } from '../embedded/sample-carrier';
import { nextWebhook, type NextWebhook, type SendChoice } from '../embedded/sample-parcel';
import type { Explanation } from '../shipment/explanation';
import { isShipmentStatus, SHIPMENT_STATUSES } from '../shipment/status';
import { asJson, print, tell } from '../terminal';
import { named, say } from './language';
import { HEADS, nextRow, rows, type Row } from './rows';
import { endFacts, showDelivery } from './show-delivery';
import { command } from './summaries';

interface SendOptions extends SendChoice {
  readonly json?: boolean;
}

/** `waybell send`: a webhook as a carrier would send it, followed until it is on the phones. */
export function sendCommand(): Command {
  return command('send')
    .option(
      '--same',
      say({
        en: 'send the last webhook again, to see that it is delivered once',
        zh: '再次发送上一个 webhook，以确认只投递一次',
      }),
    )
    .option(
      '--carrier <code>',
      say({ en: 'another carrier than the sample parcel’s', zh: '使用示例包裹以外的快递公司' }),
    )
    .option(
      '--tracking-no <number>',
      say({ en: 'another parcel than the sample parcel', zh: '使用示例包裹以外的单号' }),
    )
    .addOption(
      new Option(
        '--status <status>',
        say({
          en: `this status instead of the next one: ${SHIPMENT_STATUSES.join(', ')}`,
          zh: `用这个状态代替下一个：${SHIPMENT_STATUSES.join(', ')}`,
        }),
      ).argParser(readStatus),
    )
    .option('--text <text>', say({ en: 'what the carrier says about it', zh: '快递公司的说明文字' }))
    .option(
      '--json',
      say({ en: 'for programs, once it is known how it ended', zh: '得知结果后输出 JSON，供程序使用' }),
    )
    .action((options: SendOptions) => send(loadConfig(), options));
}

/** A word that nobody knows would stay with the parcel. */
function readStatus(text: string): string {
  if (isShipmentStatus(text)) return text;
  const meant = SHIPMENT_STATUSES.find((status) => isOneSlip(status, text));
  const list = SHIPMENT_STATUSES.join(', ');
  throw new InvalidArgumentError(
    say({
      en: meant === undefined ? `It is one of ${list}.` : `Did you mean ${meant}? It is one of ${list}.`,
      zh: `${meant === undefined ? '' : `是否想输入 ${meant}？`}可选：${list}。`,
    }),
  );
}

async function send(config: Config, { json = false, ...choice }: SendOptions): Promise<void> {
  const webhook = await nextWebhook(config.dataDir, choice, new Date());
  if (!json) tell(rows(rowsOf(webhook)));
  const answer = await sendWebhook(config, webhook);
  const { workflow_id: workflowId, temporal_ui: temporalUi, handed_over: handedOver } = answer;
  if (!json)
    tell([
      ...rows([
        [{ en: 'answer', zh: '应答' }, say(describeAnswer(answer))],
        [HEADS.workflow, workflowId],
      ]),
      ...(handedOver ? [] : [nextRow('npm run status')]),
    ]);
  const otherwise = 'npm run send';
  const end = handedOver
    ? await showDelivery(config, { workflowId, temporalUi, otherwise, json })
    : undefined;
  if (json) print(asJson({ webhook: webhook.body, answer, end: end === undefined ? null : endFacts(end) }));
}

function rowsOf({ body, linkTo }: NextWebhook): Row[] {
  const parcel = `${body.carrier} ${body.tracking_no}`;
  return [
    ...(linkTo === null
      ? []
      : [
          [
            { en: 'link', zh: '关联' },
            say({ en: `${parcel} to ${linkTo}`, zh: `${parcel} 到 ${linkTo}` }),
          ] as const,
        ]),
    [{ en: 'webhook', zh: 'webhook' }, `${parcel} ${named('status', body.status)}: ${body.event_text}`],
  ];
}

function describeAnswer({
  duplicate,
  handed_over: handedOver,
  status_known: known,
}: Acknowledgement): Explanation {
  if (!handedOver)
    return {
      en: 'kept: Temporal does not answer, and gets it once it does',
      zh: '已保存：Temporal 没有应答，恢复后会收到',
    };
  if (duplicate)
    return {
      en: 'accepted as a duplicate: this update was delivered before, nothing is sent twice',
      zh: '作为重复接受：此更新之前已投递，不会发送两次',
    };
  return known
    ? { en: 'accepted', zh: '已接受' }
    : {
        en: 'accepted, but the status is not known: it is stored and moves nothing',
        zh: '已接受，但状态词未知：已保存，不改变任何状态',
      };
}
