import { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { explainDeliveries } from '../api/delivery-operations';
import { loadConfig } from '../config/config';
import type { FailureType } from '../errors';
import { nextStep } from '../shipment/attention';
import { asShellWord } from '../shipment/shown-text';
import { asJson, print } from '../terminal';

type Delivery = AnswerTo<typeof explainDeliveries>['deliveries'][number];
type Refused = AnswerTo<typeof explainDeliveries>['refused'][number];
type Notification = Delivery['notifications'][number];

/** Of a cid, as everywhere: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;
/** More phones than people read. */
const MOST_PUSHES = 20;

/** `waybell why`: from "my customer got no push" to the cause. */
export function whyCommand(): Command {
  return new Command('why')
    .description('why somebody got no push: all that is known of a parcel, and what to do')
    .argument('<name>', 'a tracking number, a message_id or a workflow id')
    .option('--json', 'for programs')
    .action(async (name: string, { json }: { json?: true }) => {
      const found = await ask(loadConfig(), explainDeliveries, { query: { name } });
      print(json ? asJson(found) : inWords(found, name));
    });
}

/** The newest in full, and of those before it how they ended. */
function inWords(
  { deliveries: [newest, ...before], refused }: AnswerTo<typeof explainDeliveries>,
  name: string,
): string {
  const refusals = refused.flatMap(describeRefusal);
  if (newest === undefined) {
    return [`No webhook about ${name} was accepted.`, ...refusals, '', 'next       npx waybell doctor'].join(
      '\n',
    );
  }
  const next = adviceFor(newest, name);
  return [
    headOf(newest),
    ...withoutRepeats(detailsOf(newest)),
    ...before.map((one) => `before: ${headOf(one)}`),
    ...refusals,
    ...(next === undefined ? [] : ['', `next       ${next}`]),
  ].join('\n');
}

function headOf({ carrier, tracking_no: number, status, state, outcome, since }: Delivery): string {
  const told = [carrier, number, status ?? 'tells nothing'].filter(Boolean).join(' ');
  return [
    told,
    outcome === null ? state : `ended as ${outcome}`,
    ...(since === null ? [] : [`since ${since}`]),
  ].join(', ');
}

function describeRefusal({
  source,
  channel,
  address,
  times,
  last_at: at,
  explanation: why,
}: Refused): string[] {
  const through = [source, channel].filter(Boolean).join(' ');
  return [
    `refused: ${times} request(s) about it through ${through}, the last at ${at}${address === null ? '' : ` from ${address}`}`,
    `  ${why.en}`,
  ];
}

function detailsOf({
  explanation: why,
  problem,
  waits,
  withheld,
  notifications,
  temporal_ui: ui,
}: Delivery): string[] {
  return [
    ...(why === null ? [] : [`  ${why.en}`]),
    ...(problem === null ? [] : [`  FAILS NOW: ${failing(problem)}`]),
    ...waits.map(
      ({ kind, audience, until }) =>
        `  waits: ${kind}${audience === null ? '' : ` of the ${audience}`}, until ${until}`,
    ),
    ...withheld.map(({ audience, explanation: { en } }) => `  ${audience}: ${en}`),
    ...notifications.flatMap(describeNotification),
    ...(ui === null ? [] : [`  ${ui}`]),
  ];
}

function failing({ step, words, attempts }: NonNullable<Delivery['problem']>): string {
  return `${step} ${words}${attempts > 0 ? ` (tried ${attempts} times, and again by itself)` : ''}`;
}

function describeNotification({
  aud,
  recipient_id: owner,
  send_status: sent,
  explanation: why,
  pushes,
}: Notification): string[] {
  const more = pushes.length - MOST_PUSHES;
  return [
    `  ${aud ?? ''} ${owner ?? ''}: ${sent ?? ''}. ${why.en}`,
    ...pushes
      .slice(0, MOST_PUSHES)
      .flatMap(({ cid, provider, state, code, words, explanation: reason }) => [
        `    …${cid.slice(-TAIL_LENGTH)} ${[provider, state, code, words].filter(Boolean).join(' ')}`,
        `      ${reason.en}`,
      ]),
    ...(more > 0 ? [`    and ${more} more phones`] : []),
  ];
}

/** What holds for ten phones is read once. */
function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => lines.indexOf(line) === index);
}

const PROVIDER_HELD: FailureType = 'ProviderHeld';

/** What a person does about a delivery; nothing when it needs nobody. */
function adviceFor(one: Delivery, name: string): string | undefined {
  const { workflow_id: id, waits, problem, notifications } = one;
  const kinds = waits.map(({ kind }) => kind);
  if (problem?.type === PROVIDER_HELD) return 'npx waybell providers list';
  // By its id: the number means the newest delivery of the parcel.
  if (problem?.step === 'workflow') return `npx waybell retry ${asShellWord(id)}`;
  // A push that fails is tried again; any other step fails for want of a part.
  if (problem !== null && problem.step !== 'pushToDevice') return 'npx waybell doctor';
  const ordered = one.near.filter(({ order_id: order }) => order !== null);
  const orderId = ordered.length === 1 ? (ordered[0]?.order_id ?? undefined) : undefined;
  const parcel = { trackingNo: one.tracking_no ?? '', name, ...(orderId !== undefined && { orderId }) };
  if (kinds.includes('order-not-found')) return nextStep('order-not-found', parcel);
  if (kinds.includes('members-unknown')) return nextStep('members-unknown', parcel);
  const failed = notifications.some(({ send_status: sent }) => sent === 'failed' || sent === 'partial');
  if (kinds.includes('push-failed') || failed) return nextStep('push-failed', parcel);
  return kinds.includes('no-targets') ? nextStep('no-targets', parcel) : undefined;
}
