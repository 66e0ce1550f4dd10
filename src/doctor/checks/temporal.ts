import { findNamespaceGaps, prepareNamespace } from '../../../temporal/prepare-namespace';
import { describeProcess, type RunningProcess } from '../../process/locks';
import { readServerFacts } from '../../database/schema/access';
import { readTemporalTime } from '../../deliveries/server-clock';
import { isQueuePolled, type QueueOfInterest } from '../../deliveries/pollers';
import { createProviders } from '../../push/registry';
import { asItIs, joined, type Explanation } from '../../shipment/explanation';
import { pushQueue, TASK_QUEUE } from '../../workflows/contract';
import {
  NotReachable,
  ok,
  problem,
  START,
  START_OR_FIX,
  warning,
  type Check,
  type DoctorContext,
  type Seen,
} from '../check';

/** What the tests run on; older servers lack what the search attributes or updates need. */
const OLDEST_TRIED = [1, 29] as const;

export const temporalServer: Check = {
  name: 'temporal',
  async run({ config, temporal }) {
    try {
      const { serverVersion = '' } = await (await temporal()).workflowService.getSystemInfo({});
      const [major = 0, minor = 0] = serverVersion.split('.').map(Number);
      const where =
        config.temporal.kind === 'embedded'
          ? { en: 'embedded', zh: '内置' }
          : asItIs(config.temporal.address);
      const found = {
        en: `Temporal ${serverVersion} answers (${where.en}).`,
        zh: `Temporal ${serverVersion} 有应答（${where.zh}）。`,
      };
      const isOld = major < OLDEST_TRIED[0] || (major === OLDEST_TRIED[0] && minor < OLDEST_TRIED[1]);
      return [
        isOld
          ? warning(found, {
              en: `Waybell is tested with ${OLDEST_TRIED.join('.')} and later: upgrade the server.`,
              zh: `Waybell 在 ${OLDEST_TRIED.join('.')} 及更新的版本上测试：请升级服务器。`,
            })
          : ok(found),
      ];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.explanation, START)
          : problem(error.explanation, {
              en: 'Bring the server back; compare TEMPORAL_ADDRESS and the TLS and key variables.',
              zh: '请恢复服务器；核对 TEMPORAL_ADDRESS，以及 TLS 和密钥的变量。',
            }),
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
    const prepare = async (): Promise<Explanation> => {
      const refusals: string[] = [];
      await prepareNamespace(connection, name, (line) => refusals.push(line));
      if (refusals.length > 0) throw new Error(refusals.join(' '));
      return {
        en: `Namespace ${name} has its retention and search attributes.`,
        zh: `命名空间 ${name} 已有保留期和搜索属性。`,
      };
    };
    const { retentionDays, wantedDays, missingAttributes } = await findNamespaceGaps(connection, name).catch(
      (error: unknown) => {
        throw new Error(`namespace ${name}: ${error instanceof Error ? error.message : String(error)}`);
      },
    );
    const seen: Seen[] = [
      retentionDays >= wantedDays
        ? ok({
            en: `Namespace ${name} keeps closed workflows for ${retentionDays} days.`,
            zh: `命名空间 ${name} 把已结束的工作流保留 ${retentionDays} 天。`,
          })
        : warning(
            {
              en: `Namespace ${name} keeps closed workflows for ${retentionDays} days, which is less than a delivery may wait.`,
              zh: `命名空间 ${name} 把已结束的工作流保留 ${retentionDays} 天，比一个投递可能等待的时间短。`,
            },
            asItIs(`temporal operator namespace update --retention ${wantedDays}d -n ${name}`),
            prepare,
          ),
    ];
    if (missingAttributes.length === 0)
      return [...seen, ok({ en: 'All search attributes are registered.', zh: '所有搜索属性都已注册。' })];
    const lack = {
      en: `Namespace ${name} lacks the search attributes ${missingAttributes.join(', ')}: deliveries cannot start.`,
      zh: `命名空间 ${name} 缺少搜索属性 ${missingAttributes.join('、')}：投递无法开始。`,
    };
    return [...seen, problem(lack, START_OR_FIX, prepare)];
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
          ? ok({
              en: `A worker polls task queue ${queue.taskQueue}.`,
              zh: `有 worker 在领取任务队列 ${queue.taskQueue}。`,
            })
          : nobodyPolls(queue, one),
      ),
    );
  },
};

function nobodyPolls({ taskQueue, pushesOnly }: QueueOfInterest, one: RunningProcess | undefined): Seen {
  const nobody = {
    en: `No worker polls task queue ${taskQueue}: its ${pushesOnly ? 'pushes' : 'deliveries'} wait.`,
    zh: `没有 worker 领取任务队列 ${taskQueue}：它的${pushesOnly ? '推送' : '投递'}在等待。`,
  };
  if (one === undefined)
    return warning(nobody, {
      en: 'Start Waybell (npm start, or start --only worker).',
      zh: '请启动 Waybell（npm start，或 start --only worker）。',
    });
  const { en, zh } = describeProcess(one);
  return problem(joined(nobody, { en: `Here runs ${en}.`, zh: `这里运行着${zh}。` }), {
    en: 'Look at "waybell status"; start a worker, with the settings that are set here.',
    zh: '请查看 waybell status；用这里的设置启动一个 worker。',
  });
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

const HOW: Explanation = {
  en: 'Let a time service (chrony, systemd-timesyncd) set both clocks.',
  zh: '请用时间服务（chrony、systemd-timesyncd）校准两边的时钟。',
};

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
          ? {
              en: `The clocks of this machine and of ${part} go together.`,
              zh: `本机与 ${part} 的时钟一致。`,
            }
          : {
              en: `The clock of ${part} is ${seconds} s ${server > after ? 'ahead of' : 'behind'} that of this machine.`,
              zh: `${part} 的时钟比本机${server > after ? '快' : '慢'} ${seconds} 秒。`,
            };
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
