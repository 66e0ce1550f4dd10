import type { Config } from '../config/config';
import { followDelivery, type FollowEnd } from '../deliveries/follow';
import type { StuckStep } from '../deliveries/runs';
import { fewAtOnce } from '../few-at-once';
import { openTemporalLazily } from '../process/open-temporal';
import { nextStep } from '../shipment/attention';
import type { Attention } from '../shipment/delivery';
import type { Progress } from '../workflows/progress';
import { print } from '../terminal';

/**
 * Shows what a delivery does until it has ended or waits for something, for a minute at most; then where it stands,
 * and what to do next.
 * @param otherwise what to do next when it needs nobody
 */
export async function showDelivery(
  config: Config,
  { workflowId, temporalUi, otherwise }: Shown,
): Promise<void> {
  const { client, close } = openTemporalLazily(config);
  try {
    const say = sayOnce();
    const end = await followDelivery(client, workflowId, ({ progress, failing }) =>
      say([...(progress ? peopleOf(progress) : []), ...failuresOf(failing)]),
    );
    say(end.progress ? pushesOf(end.progress) : []);
    print(`state      ${describeEnd(end)}`);
    if (temporalUi !== null) print(`Temporal   ${temporalUi}`);
    print(`next       ${adviceFor(end, otherwise)}`);
  } finally {
    await close();
  }
}

/** Each is followed over a connection of its own kind; a person waits. */
const FOLLOWED_AT_ONCE = 5;
const ENDS_PATIENCE_MS = 15_000;

/** Says of some deliveries that were tried again how that came out: what still lacks something, lacks it by name. */
export async function showEnds(config: Config, workflowIds: readonly string[]): Promise<void> {
  const { client, close } = openTemporalLazily(config);
  try {
    const ends = await fewAtOnce(workflowIds, FOLLOWED_AT_ONCE, async (workflowId) => ({
      workflowId,
      end: await followDelivery(client, workflowId, () => undefined, ENDS_PATIENCE_MS),
    }));
    for (const { workflowId, end } of ends) {
      print(`${workflowId}: ${describeEnd(end)}`);
      if (lackOf(end) !== undefined) print(`  what it lacks has not come: ${adviceFor(end, '')}`);
    }
  } finally {
    await close();
  }
}

interface Shown {
  readonly workflowId: string;
  readonly temporalUi: string | null;
  readonly otherwise: string;
}

/** One line for each new fact. */
function sayOnce(): (lines: readonly string[]) => void {
  const told = new Set<string>();
  return (lines) => {
    for (const line of lines) {
      if (!told.has(line)) print(line);
      told.add(line);
    }
  };
}

function peopleOf({ recipients }: Progress): string[] {
  if (!recipients) return [];
  const { orderId, userId, merchantId } = recipients;
  const people = [
    ...(userId === null ? [] : [`user ${userId}`]),
    ...(merchantId === null ? [] : [`merchant ${merchantId}`]),
  ];
  return [`order      ${orderId}`, `recipients ${people.join(', ')}`];
}

/** What fails at the moment, and is tried again by itself. */
function failuresOf(failing: readonly StuckStep[]): string[] {
  return failing.map(({ step, words }) => `failing    ${step}: ${words}; it is tried again`);
}

/** Told once all of a round are known: before, they are those of the round before. */
function pushesOf({ pushes }: Progress): string[] {
  return pushes.map(
    ({ cidTail, audience, state, reason, words }) =>
      `push       …${cidTail} ${audience.padEnd(8)} ${state}: ${words === '' ? reason : words}`,
  );
}

function describeEnd({ state, progress }: FollowEnd): string {
  if (state === null) return 'not known: Temporal does not answer; the delivery goes on by itself';
  return progress ? `${state}, ${progress.step}` : `${state}, no worker answers: see the Temporal UI`;
}

/** The first that a delivery waits for is what is to be done next. */
const NEXT: readonly Attention[] = ['push-failed', 'order-not-found', 'members-unknown', 'no-targets'];

function lackOf({ progress }: FollowEnd): Attention | undefined {
  return NEXT.find((attention) => progress?.attention.includes(attention));
}

function adviceFor(end: FollowEnd, otherwise: string): string {
  const { progress } = end;
  const lacks = lackOf(end);
  return lacks && progress ? nextStep(lacks, { ...progress, name: progress.trackingNo }) : otherwise;
}
