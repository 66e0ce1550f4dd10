import { isQueuePolled, type QueueOfInterest } from '../../api/queue-pollers';
import { nameOf, type RunningProcess } from '../../cli/running-processes';
import { createProviders } from '../../push/registry';
import { pushQueue, TASK_QUEUE } from '../../workflows/contract';
import type { Check, DoctorContext } from '../check';
import { ok, problem, warning, type Seen } from '../finding';

/** Whether somebody takes what Temporal has to give, from every queue: as the server sees it. */
export const pollers: Check = {
  name: 'pollers',
  async run({ config, running, temporal }) {
    const client = await temporal();
    const [one] = running;
    return Promise.all(
      queuesOf(config).map(async (queue) =>
        (await isQueuePolled(client, queue))
          ? ok(`A worker polls task queue ${queue.taskQueue}.`)
          : nobodyPolls(queue, one),
      ),
    );
  },
};

function nobodyPolls({ taskQueue, pushesOnly }: QueueOfInterest, one: RunningProcess | undefined): Seen {
  const nobody = `No worker polls task queue ${taskQueue}: its ${pushesOnly ? 'pushes' : 'deliveries'} wait.`;
  return one === undefined
    ? warning(nobody, 'Start Waybell (npm start, or start --only worker).')
    : problem(
        `${nobody} Here runs ${nameOf(one)}.`,
        'Look at "waybell status"; start a worker, with the settings that are set here.',
      );
}

function queuesOf(config: DoctorContext['config']): QueueOfInterest[] {
  return [
    { taskQueue: TASK_QUEUE },
    ...switchedOn(config).map((name) => ({ taskQueue: pushQueue(TASK_QUEUE, name), pushesOnly: true })),
  ];
}

function switchedOn({ push, cloudFunctionUrl }: DoctorContext['config']): string[] {
  try {
    // The demo phones bring a function of their own.
    return [...createProviders({ ...push, CLOUD_FUNC_URL: cloudFunctionUrl ?? 'http://127.0.0.1' }).keys()];
  } catch {
    // The check of the providers says why.
    return [];
  }
}
