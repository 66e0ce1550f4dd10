import { Option, type Command } from 'commander';
import { ask, RefusedError, type AnswerTo } from '../api/ask';
import { explainDeliveries } from '../api/delivery-operations';
import { loadConfig, type Config } from '../config/config';
import type { FailureType, HttpErrorCode } from '../errors';
import { nextStep } from '../shipment/attention';
import { asShellWord } from '../shipment/shown-text';
import { asJson, print } from '../terminal';
import { ABOUT, findTold, toldInTable, whereToLook, type About } from './told-whom';
import { command } from './summaries';

type Delivery = AnswerTo<typeof explainDeliveries>['deliveries'][number];
type Refused = AnswerTo<typeof explainDeliveries>['refused'][number];
type Notification = Delivery['notifications'][number];

/** Of a cid, as everywhere: enough for people to tell two phones apart. */
const TAIL_LENGTH = 4;
/** More phones than people read. */
const MOST_PUSHES = 20;

/** `waybell why`: from "my customer got no push" to the cause. */
export function whyCommand(): Command {
  return command('why')
    .argument(
      '<name>',
      'a tracking number, a message_id, a workflow id, an order, a person (user or merchant) or a phone (cid)',
    )
    .addOption(
      new Option('--as <what>', 'what the name is, where it may be several').choices(['parcel', ...ABOUT]),
    )
    .option('--json', 'for programs')
    .action(async (name: string, options: WhyOptions) => {
      process.exitCode = await answer(loadConfig(), name.trim(), options);
    });
}

interface WhyOptions {
  readonly as?: 'parcel' | About;
  readonly json?: true;
}

/** @returns the exit code: 1 when nothing is known of that name */
async function answer(config: Config, name: string, { as, json }: WhyOptions): Promise<number | undefined> {
  const show = (found: Explained, asked: string): void => print(json ? asJson(found) : inWords(found, asked));
  const found = as === undefined || as === 'parcel' ? await explain(config, name) : undefined;
  if (found !== undefined) {
    show(found, name);
    return undefined;
  }
  const told = as === 'parcel' ? [] : await findTold(config, name, as === undefined ? ABOUT : [as]);
  const [only, ...more] = new Set(told.map(({ workflow_id: id }) => id));
  const one = only != null && more.length === 0 ? await explain(config, only) : undefined;
  if (one !== undefined && only != null) show(one, only);
  else if (json) print(asJson({ ok: true, notifications: told }));
  else print(told.length > 0 ? toldInTable(told) : await whereToLook(config, name));
  return told.length > 0 ? undefined : 1;
}

type Explained = AnswerTo<typeof explainDeliveries>;

/** @returns `undefined` where it names no parcel, message or workflow */
async function explain(config: Config, name: string): Promise<Explained | undefined> {
  return ask(config, explainDeliveries, { query: { name } }).catch((error: unknown) => {
    if (error instanceof RefusedError && NOT_THAT.includes(error.problem.code)) return undefined;
    throw error;
  });
}

const NOT_THAT: readonly string[] = ['delivery-unknown', 'field-invalid'] satisfies HttpErrorCode[];

/** The first in full, and of the others how they stand. */
function inWords({ deliveries: [newest, ...before], refused }: Explained, name: string): string {
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
    ...before.map((one) => `${one.state === 'open' ? 'also' : 'before'}: ${headOf(one)}`),
    ...refusals,
    ...(next === undefined ? [] : ['', `next       ${next}`]),
  ].join('\n');
}

function headOf({ carrier, tracking_no: number, status, state, outcome, since }: Delivery): string {
  const told = [carrier, number, status ?? 'tells nothing'].filter(Boolean).join(' ');
  return [
    told,
    outcome === null ? state : `ended as ${outcome}`,
    ...(since === null ? [] : [`${outcome === null ? 'since' : 'begun'} ${since}`]),
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
    ...[...notifications].sort(byNeed).flatMap(describeNotification),
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
    ...[...pushes]
      .sort((one, other) => pushRank(one) - pushRank(other))
      .slice(0, MOST_PUSHES)
      .flatMap(({ cid, provider, state, code, words, explanation: reason, ...device }) => [
        `    …${cid.slice(-TAIL_LENGTH)} ${[provider, state, code, words, phoneOf(device)].filter(Boolean).join(' ')}`,
        `      ${reason.en}`,
      ]),
    ...(more > 0 ? [`    and ${more} more phones`] : []),
  ];
}

/** What failed is asked about; what was accepted needs nobody. */
const pushRank = ({ state }: Notification['pushes'][number]): number =>
  ['failed', 'deactivated', 'retry', 'claimed', 'moved', 'superseded', 'accepted'].indexOf(state);

const needsNobody = ({ send_status: sent }: Notification): boolean =>
  sent === 'success' || sent === 'superseded';
const byNeed = (one: Notification, other: Notification): number =>
  Number(needsNobody(one)) - Number(needsNobody(other));

function phoneOf({
  platform,
  last_seen_at: seen,
}: Pick<Notification['pushes'][number], 'platform' | 'last_seen_at'>): string {
  const said = [platform, seen === null ? null : `last seen ${seen.slice(0, 16).replace('T', ' ')} UTC`];
  const words = said.filter(Boolean).join(', ');
  return words === '' ? '' : `(${words})`;
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
  if (one.reason === 'no-order')
    return `${nextStep('order-not-found', parcel)} && npx waybell retry ${asShellWord(id)}`;
  const failed = notifications.some(({ send_status: sent }) => sent === 'failed' || sent === 'partial');
  if (kinds.includes('push-failed') || failed) return nextStep('push-failed', parcel);
  return kinds.includes('no-targets') ? nextStep('no-targets', parcel) : undefined;
}
