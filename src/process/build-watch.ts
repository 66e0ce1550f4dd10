import type { Client } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isClosedToUs } from '../../temporal/prepare-namespace';
import { findBuild, makeCurrent } from '../../temporal/worker-deployment';
import type { Alarms } from '../alarms';
import {
  findPollers,
  isCurrentPolled,
  releaseLine,
  workersOf,
  type QueuePollers,
} from '../deliveries/pollers';
import type { BuildChoice } from './choose-build';

/** A look is one cheap call. */
const INTERVAL_MS = 10_000;
/** A server notes a new build, and each of its queues, within a second. */
const NOTED_TIMEOUT_MS = 60_000;
const LOOK_INTERVAL_MS = 100;

export interface BuildWatchParts extends BuildChoice {
  readonly client: Client;
  readonly deploymentName: string;
  /** Of our workers, which poll; the first one is that of the deliveries. */
  readonly taskQueues: readonly [string, ...string[]];
  /** No other process works for this server. */
  readonly alone: boolean;
  readonly alarms: Alarms;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly intervalMs?: number;
}

export interface BuildWatch {
  stop(): Promise<void>;
}

/**
 * Whether a worker makes its own build current. A build that was never current takes over when it starts: it is the
 * new release. One that was replaced does so only when nobody works for the current one any more: a crash of one of
 * yesterday's workers in the middle of a rolling update must not turn the update back.
 * @param abandoned nobody polled for the current build, twice in a row: a server that has just started lists nobody
 */
export function takesOver(
  own: string | undefined,
  current: string | undefined,
  { mayRelease, isNew, abandoned }: Readonly<Record<'mayRelease' | 'isNew' | 'abandoned', boolean>>,
): boolean {
  return mayRelease && own !== current && (isNew || abandoned);
}

/**
 * Sees to it that some build is given the deliveries: takes over where that is ours to do, looks again and again
 * whether the workers of the current build have gone, and raises an alarm while ours stands by.
 * @returns when the first look is done: the workers are current, or the alarm says that they are not.
 */
export async function watchBuild(parts: BuildWatchParts): Promise<BuildWatch> {
  const { client, own, mayRelease, alone, alarms, log, intervalMs = INTERVAL_MS } = parts;
  const [taskQueue] = parts.taskQueues;
  const stopped = new AbortController();
  let unpolledLooks = 0;

  async function look(isNew: boolean): Promise<void> {
    const pollers = await findPollers(client, { taskQueue });
    unpolledLooks = isCurrentPolled(pollers) ? 0 : unpolledLooks + 1;
    const isCurrent = takesOver(own, pollers.current, { mayRelease, isNew, abandoned: unpolledLooks > 1 })
      ? await takeOver(pollers)
      : own === pollers.current;
    alarms.set('build-not-current', isCurrent ? [] : [standsBy(own, pollers)]);
  }

  /** @returns false where the server keeps that to itself */
  async function takeOver({ current }: QueuePollers): Promise<boolean> {
    try {
      await makeCurrent(client, { deploymentName: parts.deploymentName, buildId: own });
    } catch (error) {
      if (!isClosedToUs(error)) throw error;
      log.warn({ err: error }, 'Temporal does not let this process say which build is current');
      return false;
    }
    log.info(`Deliveries go to ${workersOf(own).en} from now on; before: ${workersOf(current).en}.`);
    return true;
  }

  async function run(): Promise<void> {
    for (;;) {
      await delay(intervalMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      // Whether Temporal answers at all, /readyz says.
      await look(false).catch((error: unknown) => log.debug({ err: error }, 'the builds were not looked at'));
    }
  }

  const replaced = await isReplaced(parts).catch((error: unknown) => {
    if (!isClosedToUs(error)) throw error;
    return true;
  });
  await look(alone || !replaced);
  const running = run();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** Waits until Temporal has noted the build with all its queues: what it does not know cannot become current. */
async function isReplaced({
  client,
  deploymentName,
  own,
  taskQueues,
  signal,
}: BuildWatchParts): Promise<boolean> {
  // Unversioned workers are never new.
  if (own === undefined) return true;
  const deadline = Date.now() + NOTED_TIMEOUT_MS;
  for (;;) {
    const build = await findBuild(client, { deploymentName, buildId: own });
    if (build && taskQueues.every((name) => build.taskQueues.includes(name))) return build.replaced;
    if (Date.now() > deadline) {
      throw new Error(
        `Temporal takes no note of build ${own}: it may know too many (matching.maxVersionsInDeployment). WORKER_VERSIONING=off works without.`,
      );
    }
    await delay(LOOK_INTERVAL_MS, undefined, { signal });
  }
}

function standsBy(own: string | undefined, pollers: QueuePollers): string {
  const nobody = isCurrentPolled(pollers) ? '' : ', of which none polls: deliveries wait';
  return `The ${workersOf(own).en} stand by: Temporal gives the deliveries to ${workersOf(pollers.current).en}${nobody}. "${releaseLine(own)}" lets them take over.`;
}
