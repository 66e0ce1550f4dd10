import { Command } from 'commander';
import { z } from 'zod';
import { loadConfig } from '../config/config';
import type { FailureType } from '../errors';
import { nextStep } from '../shipment/attention';
import { askApi } from './ask-api';

const explanation = z.looseObject({ en: z.string() });
const push = z.looseObject({
  cid: z.string(),
  provider: z.string(),
  state: z.string(),
  code: z.string().nullable(),
  words: z.string().nullable(),
  explanation,
});
const notification = z.looseObject({
  aud: z.string().nullable(),
  recipient_id: z.string().nullable(),
  send_status: z.string().nullable(),
  explanation,
  pushes: z.array(push),
});
const delivery = z.looseObject({
  workflow_id: z.string(),
  status: z.string().nullable(),
  state: z.string(),
  outcome: z.string().nullable(),
  since: z.string().nullable(),
  explanation: explanation.nullable(),
  waits: z.array(z.looseObject({ kind: z.string(), audience: z.string().nullable(), until: z.string() })),
  problem: z
    .looseObject({ step: z.string(), type: z.string().nullable(), words: z.string(), attempts: z.number() })
    .nullable(),
  notifications: z.array(notification),
  temporal_ui: z.string(),
});
const answer = z.looseObject({ deliveries: z.array(delivery) });
type Delivery = z.infer<typeof delivery>;
type Notification = z.infer<typeof notification>;

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
      const route = `/api/v1/deliveries?${new URLSearchParams({ name }).toString()}`;
      const found = await askApi(loadConfig(), 'GET', route, answer);
      console.log(json ? JSON.stringify(found, null, 2) : inWords(found.deliveries, name));
    });
}

/** The newest in full, and of those before it how they ended. */
function inWords([newest, ...before]: readonly Delivery[], name: string): string {
  if (newest === undefined) return '';
  const next = adviceFor(newest, name);
  return [
    headOf(newest),
    ...withoutRepeats(detailsOf(newest)),
    ...before.map((one) => `before: ${headOf(one)}`),
    ...(next === undefined ? [] : ['', `next       ${next}`]),
  ].join('\n');
}

function headOf({ workflow_id: id, status, state, outcome, since }: Delivery): string {
  const [, , carrier = '', number = ''] = id.split('/').map(decodeURIComponent);
  const told = `${carrier} ${number} ${status ?? 'tells nothing'}`.trim();
  return [
    told,
    outcome === null ? state : `ended as ${outcome}`,
    ...(since === null ? [] : [`since ${since}`]),
  ].join(', ');
}

function detailsOf({ explanation: why, problem, waits, notifications, temporal_ui: ui }: Delivery): string[] {
  return [
    ...(why === null ? [] : [`  ${why.en}`]),
    ...(problem === null ? [] : [`  FAILS NOW: ${failing(problem)}`]),
    ...waits.map(
      ({ kind, audience, until }) =>
        `  waits: ${kind}${audience === null ? '' : ` of the ${audience}`}, until ${until}`,
    ),
    ...notifications.flatMap(describeNotification),
    `  ${ui}`,
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
  const [, , carrier = '', trackingNo = ''] = id.split('/');
  const kinds = waits.map(({ kind }) => kind);
  if (problem?.type === PROVIDER_HELD) return 'npx waybell providers list';
  // By its id: the number means the newest delivery of the parcel.
  if (problem?.step === 'workflow') return `npx waybell retry ${id}`;
  // A push that fails is tried again; any other step fails for want of a part.
  if (problem !== null && problem.step !== 'pushToDevice') return 'npx waybell doctor';
  const parcel = { carrier, trackingNo, name };
  if (kinds.includes('order-not-found')) return nextStep('order-not-found', parcel);
  const failed = notifications.some(({ send_status: sent }) => sent === 'failed' || sent === 'partial');
  if (kinds.includes('push-failed') || failed) return nextStep('push-failed', parcel);
  return kinds.includes('no-targets') ? nextStep('no-targets', parcel) : undefined;
}
