import { findNamespaceGaps, prepareNamespace } from '../../../temporal/prepare-namespace';
import { nameOf, type RunningProcess } from '../../process/locks';
import { readServerFacts } from '../../database/schema/access';
import { readTemporalTime } from '../../deliveries/server-clock';
import { isQueuePolled, type QueueOfInterest } from '../../deliveries/pollers';
import { createProviders } from '../../push/registry';
import { pushQueue, TASK_QUEUE } from '../../workflows/contract';
import { NotReachable, ok, problem, warning, type Check, type DoctorContext, type Seen } from '../check';

/** What the tests run on; older servers lack what the search attributes or updates need. */
const OLDEST_TRIED = [1, 29] as const;

export const temporalServer: Check = {
  name: 'temporal',
  async run({ config, temporal }) {
    try {
      const { serverVersion = '' } = await (await temporal()).workflowService.getSystemInfo({});
      const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
      const where = config.temporal.kind === 'embedded' ? 'embedded' : config.temporal.address;
      const found = `Temporal ${serverVersion} answers (${where}).`;
      const isOld = major < OLDEST_TRIED[0] || (major === OLDEST_TRIED[0] && minor < OLDEST_TRIED[1]);
      return [
        isOld
          ? warning(found, `Waybell is tested with ${OLDEST_TRIED.join('.')} and later: upgrade the server.`)
          : ok(found),
      ];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.message, 'Start Waybell (npm start).')
          : problem(
              error.message,
              'Bring the server back; compare TEMPORAL_ADDRESS and the TLS and key variables.',
            ),
      ];
    }
  },
};

/** Retention and search attributes of the namespace. */
export const namespace: Check = {
  name: 'namespace',
  async run({ config, temporal }) {
    const { connection } = await temporal();
    const name = config.temporalNamespace;
    const prepare = async (): Promise<string> => {
      const refusals: string[] = [];
      await prepareNamespace(connection, name, (line) => refusals.push(line));
      if (refusals.length > 0) throw new Error(refusals.join(' '));
      return `Namespace ${name} has its retention and search attributes.`;
    };
    const { retentionDays, wantedDays, missingAttributes } = await findNamespaceGaps(connection, name).catch(
      (error: unknown) => {
        throw new Error(`namespace ${name}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    const seen: Seen[] = [
      retentionDays >= wantedDays
        ? ok(`Namespace ${name} keeps closed workflows for ${retentionDays} days.`)
        : warning(
            `Namespace ${name} keeps closed workflows for ${retentionDays} days, which is less than a delivery may wait.`,
            `temporal operator namespace update --retention ${wantedDays}d -n ${name}`,
            prepare,
          ),
    ];
    if (missingAttributes.length === 0) return [...seen, ok('All search attributes are registered.')];
    const lack = `Namespace ${name} lacks the search attributes ${missingAttributes.join(', ')}: deliveries cannot start.`;
    return [...seen, problem(lack, 'Start Waybell, or "waybell doctor --fix".', prepare)];
  },
};

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

/** Waits, probes and tokens are compared across machines. */
const UNPLEASANT_MS = 5_000;
/** Signatures and access tokens are refused from some minutes on. */
const WRONG_MS = 60_000;

const HOW = 'Let a time service (chrony, systemd-timesyncd) set both clocks.';

/** Compares our clock with that of a server: waits begin by one and end by the other. */
function clockCheck(part: string, read: (context: DoctorContext) => Promise<() => Promise<number>>): Check {
  return {
    name: 'clocks',
    async run(context) {
      // Connected first, so that only the way of one answer is between the two times.
      const readServer = await read(context);
      const before = context.clock();
      const server = await readServer();
      const after = context.clock();
      // As far as the answer's way does not explain it.
      const apartMs = Math.max(before - server, server - after, 0);
      const seconds = (apartMs / 1000).toFixed(1);
      const found =
        seconds === '0.0'
          ? `The clocks of this machine and of ${part} go together.`
          : `The clock of ${part} is ${seconds} s ${server > after ? 'ahead of' : 'behind'} that of this machine.`;
      if (apartMs > WRONG_MS) return [problem(found, HOW)];
      return [apartMs > UNPLEASANT_MS ? warning(found, HOW) : ok(found)];
    },
  };
}

export const clockOfPostgresql = clockCheck('PostgreSQL', async ({ database }) => {
  const { pool } = await database();
  return async () => (await readServerFacts(pool)).now;
});

export const clockOfTemporal = clockCheck('Temporal', async ({ temporal }) => {
  const client = await temporal();
  return () => readTemporalTime(client);
});
