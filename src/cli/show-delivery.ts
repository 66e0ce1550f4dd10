import type { Config } from '../config/config';
import { followDelivery, type FollowEnd } from '../deliveries/follow';
import type { StuckStep } from '../deliveries/runs';
import { fewAtOnce } from '../few-at-once';
import { openTemporalLazily } from '../process/open-temporal';
import { nextStep } from '../shipment/attention';
import type { Attention } from '../shipment/delivery';
import { asItIs, type Explanation } from '../shipment/explanation';
import type { Progress } from '../workflows/progress';
import { padded, tell, toned, type Line } from '../terminal';
import { named, say } from './language';
import { moment } from './moments';
import { HEADS, nextRow, row, temporalRow } from './rows';

interface Shown {
  readonly workflowId: string;
  readonly temporalUi: string | null;
  /** What to do next when it needs nobody. */
  readonly otherwise: string;
  /** Whether it was tried before: then what is still wrong is said as such. */
  readonly again?: boolean;
  /** For programs: nothing is told on the way. */
  readonly json?: boolean;
}

/** Where a delivery stood when it was followed no longer. */
export interface DeliveryEnd extends FollowEnd {
  readonly workflowId: string;
}

/**
 * Shows what a delivery does until it has ended or waits for something, for a minute at most; then where it stands,
 * and what to do next.
 */
export async function showDelivery(
  config: Config,
  { workflowId, temporalUi, otherwise, again = false, json = false }: Shown,
): Promise<DeliveryEnd> {
  const { client, close } = openTemporalLazily(config);
  try {
    const show = json ? () => undefined : showOnce();
    const end = await followDelivery(client, workflowId, ({ progress, failing }) =>
      show([...(progress ? peopleOf(progress) : []), ...failuresOf(failing)]),
    );
    if (!json) tell(endInWords(end, { temporalUi, otherwise, again }));
    return { workflowId, ...end };
  } finally {
    await close();
  }
}

/** Each is followed over a connection of its own kind; a person waits. */
const FOLLOWED_AT_ONCE = 5;
const ENDS_PATIENCE_MS = 15_000;

/** Follows some deliveries that were tried again, all at once. */
export async function followEnds(config: Config, workflowIds: readonly string[]): Promise<DeliveryEnd[]> {
  const { client, close } = openTemporalLazily(config);
  try {
    return await fewAtOnce(workflowIds, FOLLOWED_AT_ONCE, async (workflowId) => ({
      workflowId,
      ...(await followDelivery(client, workflowId, () => undefined, ENDS_PATIENCE_MS)),
    }));
  } finally {
    await close();
  }
}

/** How each came out: what still lacks something, lacks it by name. */
export function endsInWords(ends: readonly DeliveryEnd[]): Line[] {
  return ends.flatMap((end) => {
    const lacks = lackOf(end);
    return [
      toned(toneOf(end), `${end.workflowId}: ${describeEnd(end)}`),
      ...(lacks === undefined ? [] : [`  ${say(STILL[lacks])}`, `  ${nextRow(adviceFor(end, ''))}`]),
    ];
  });
}

/** What programs are told of it. */
export function endFacts({ workflowId, state, progress }: DeliveryEnd): object {
  return {
    workflow_id: workflowId,
    state,
    step: progress?.step ?? null,
    waits_until: progress?.waitsUntil ?? null,
    lacks: progress?.attention ?? [],
    pushes:
      progress?.pushes.map(({ cidTail, audience, state: pushed, reason, words }) => ({
        ...{ cid_tail: cidTail, audience, state: pushed, reason, words },
      })) ?? [],
  };
}

/** Each line once, when it is new. */
function showOnce(): (lines: readonly Line[]) => void {
  const told = new Set<string>();
  return (lines) => {
    for (const line of lines) {
      const text = typeof line === 'string' ? line : line.text;
      if (!told.has(text)) tell([line]);
      told.add(text);
    }
  };
}

function peopleOf({ recipients }: Progress): Line[] {
  if (!recipients) return [];
  const { orderId, userId, merchantId } = recipients;
  const people = [
    ...(userId === null ? [] : [`${named('audience', 'user')} ${userId}`]),
    ...(merchantId === null ? [] : [`${named('audience', 'merchant')} ${merchantId}`]),
  ];
  return [row(HEADS.order, orderId), row({ en: 'recipients', zh: '收件人' }, people.join(', '))];
}

/** What fails at the moment, and is tried again by itself. */
function failuresOf(failing: readonly StuckStep[]): Line[] {
  return failing.map(({ step, words }) =>
    toned(
      'bad',
      row(
        { en: 'failing', zh: '失败' },
        say({ en: `${step}: ${words}; it is tried again`, zh: `${step}：${words}；会自动再试` }),
      ),
    ),
  );
}

export function endInWords(
  end: FollowEnd,
  { temporalUi, otherwise, again }: Pick<Shown, 'temporalUi' | 'otherwise' | 'again'>,
): Line[] {
  const lacks = again ? lackOf(end) : undefined;
  return [
    ...(end.progress ? pushesOf(end.progress) : []),
    toned(toneOf(end), row(HEADS.state, describeEnd(end))),
    ...(lacks === undefined ? [] : [row(HEADS.more, say(STILL[lacks]))]),
    ...temporalRow(temporalUi),
    nextRow(adviceFor(end, otherwise)),
  ];
}

/** Told once all of a round are known: before, they are those of the round before. */
function pushesOf({ pushes }: Progress): Line[] {
  return pushes.map(({ cidTail, audience, state, reason, words }) => {
    const who = padded(named('audience', audience), 8);
    const why = words === '' ? reason : words;
    return toned(
      state === 'accepted' ? 'good' : 'bad',
      row(HEADS.push, `…${cidTail} ${who} ${named('push', state)}: ${why}`),
    );
  });
}

function describeEnd({ state, progress }: FollowEnd): string {
  if (state === null)
    return say({
      en: 'not known: Temporal does not answer; the delivery goes on by itself',
      zh: '未知：Temporal 没有应答；投递会自动继续',
    });
  if (progress === null)
    return say({
      en: `${state}, no worker answers: see the Temporal UI`,
      zh: `${state}，没有 worker 应答：请看 Temporal UI`,
    });
  if (progress.waitsUntil !== null) {
    const until = moment(progress.waitsUntil);
    return say({ en: `${state}, waiting until ${until}`, zh: `${state}，等待到 ${until}` });
  }
  return say({ en: `${state}, ${progress.step}`, zh: `${state}，${standingInChinese(progress)}` });
}

/** The workflow tells its step in English; where it has outcomes, they are codes. */
function standingInChinese({ step, audiences }: Progress): string {
  if (audiences.length === 0) return step;
  return audiences
    .map(({ audience, sendStatus }) => `${named('audience', audience)}：${named('outcome', sendStatus)}`)
    .join('；');
}

function toneOf(end: FollowEnd): 'good' | 'waits' | 'bad' {
  if (hasFailed(end)) return 'bad';
  return end.state === 'COMPLETED' && lackOf(end) === undefined ? 'good' : 'waits';
}

const FAILED: readonly string[] = ['failed', 'partial'];

const hasFailed = ({ state, progress }: FollowEnd): boolean =>
  (state !== null && !['RUNNING', 'COMPLETED'].includes(state)) ||
  progress?.audiences.some(({ sendStatus }) => FAILED.includes(sendStatus)) === true;

/** Whether it needs a person after it was tried again. */
export const needsSomebody = (end: FollowEnd): boolean => hasFailed(end) || lackOf(end) !== undefined;

/** The first that a delivery waits for is what is to be done next. */
const NEXT: readonly Attention[] = ['push-failed', 'order-not-found', 'members-unknown', 'no-targets'];

function lackOf({ progress }: FollowEnd): Attention | undefined {
  return NEXT.find((attention) => progress?.attention.includes(attention));
}

/** That nobody has removed the cause. */
const STILL: Readonly<Record<Attention, Explanation>> = {
  'push-failed': { en: 'it failed again: its cause is still there', zh: '再次失败：原因仍然存在' },
  'order-not-found': { en: 'it still has no order', zh: '仍然没有订单' },
  'members-unknown': {
    en: 'who belongs to the merchant is still not known',
    zh: '谁属于该商家仍然未知',
  },
  'no-targets': { en: 'its owner still has no phone here', zh: '收件人在这里仍然没有手机' },
};

function adviceFor(end: FollowEnd, otherwise: string): string {
  const { progress } = end;
  const lacks = lackOf(end);
  const step =
    lacks && progress ? nextStep(lacks, { ...progress, name: progress.trackingNo }) : asItIs(otherwise);
  return say(step);
}
