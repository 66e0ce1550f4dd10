import { keepInFlight } from '../in-flight';
import type { SystemName } from '../lab';
import { answerParent } from './ask';
import { targetOf, type Batch } from './batch';
import { openApns2 } from './systems/apns2';
import { openNodeApn } from './systems/node-apn';
import type { OpenSystem, Push, Stage } from './systems/system';
import { openWaybell } from './systems/waybell';
import { openWebPush } from './systems/web-push';

/** The measured process: one system that pushes to one provider, and does nothing else. */

export interface Order {
  readonly batch: Batch;
  readonly inFlight: number;
  /** The first ones open connections, which a busy sender has long since. */
  readonly uncounted: number;
}

/** Of those that count. */
export interface Sent {
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** Of all threads of this process. */
  readonly processorMs: number;
}

const SYSTEMS: Readonly<Partial<Record<string, OpenSystem>>> = {
  Waybell: openWaybell,
  'web-push': openWebPush,
  apns2: openApns2,
  '@parse/node-apn': openNodeApn,
} satisfies Partial<Record<SystemName, OpenSystem>>;

const { SYSTEM = '', STAGE = '' } = process.env;
let opened: Promise<Push> | undefined;

async function send({ batch, inFlight, uncounted }: Order): Promise<Sent> {
  const open = SYSTEMS[SYSTEM];
  if (!open) throw new Error(`nothing pushes by the name ${SYSTEM}`);
  const push = await (opened ??= open(JSON.parse(STAGE) as Stage));
  await keepInFlight(inFlight, uncounted, (index) => push(targetOf(batch, index)));

  const usage = process.cpuUsage();
  const startedAt = performance.now();
  const latenciesMs = await keepInFlight(inFlight, batch.count - uncounted, async (index) => {
    const sentAt = performance.now();
    await push(targetOf(batch, uncounted + index));
    return performance.now() - sentAt;
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(usage);
  return { seconds, latenciesMs, processorMs: (user + system) / 1_000 };
}

answerParent(send);
