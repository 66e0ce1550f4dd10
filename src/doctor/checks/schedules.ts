import {
  type Client,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import {
  ensureRetentionSchedule,
  ensureSilentDevicesSchedule,
  ensureSweepSchedule,
  RETENTION_SCHEDULE_ID,
  SILENT_DEVICES_SCHEDULE_ID,
  SWEEP_SCHEDULE_ID,
} from '../../../temporal/schedules';
import { SWEEP_GOES_ON } from '../../shipment/attention';
import { asItIs, type Explanation } from '../../shipment/explanation';
import { ok, problem, START_OR_FIX, warning, type Check, type Seen } from '../check';

/** A busy server is some seconds late. */
const LATE_MS = 2 * 60_000;

interface Wanted {
  readonly scheduleId: string;
  readonly ensure: (client: Client) => Promise<void>;
  readonly often: Explanation;
  /** What goes wrong without it. */
  readonly otherwise: Explanation;
}

/** Whether a schedule of ours is there, acts when it should, and what it starts comes to its end. */
function scheduleCheck(name: string, { scheduleId, ensure, often, otherwise }: Wanted): Check {
  return {
    name,
    async run({ temporal, clock }) {
      const client = await temporal();
      const found = await describe(client, scheduleId);
      if (found === undefined) {
        return [
          problem(
            {
              en: `There is no schedule ${scheduleId}: ${otherwise.en}.`,
              zh: `没有定时计划 ${scheduleId}：${otherwise.zh}。`,
            },
            START_OR_FIX,
            async () => {
              await ensure(client);
              return { en: `Schedule ${scheduleId} made.`, zh: `已建立定时计划 ${scheduleId}。` };
            },
          ),
        ];
      }
      if (found.state.paused) {
        return [
          problem(
            {
              en: `Schedule ${scheduleId} is paused: ${otherwise.en}.`,
              zh: `定时计划 ${scheduleId} 已暂停：${otherwise.zh}。`,
            },
            asItIs(
              `temporal schedule toggle --unpause --schedule-id ${scheduleId} --reason "seen by the doctor"`,
            ),
          ),
        ];
      }
      const [next] = found.info.nextActionTimes;
      const lateMs = next === undefined ? 0 : clock() - next.getTime();
      if (lateMs > LATE_MS) {
        return [
          problem(
            {
              en: `Schedule ${scheduleId} should have acted ${Math.round(lateMs / 1000)} s ago.`,
              zh: `定时计划 ${scheduleId} 在 ${Math.round(lateMs / 1000)} 秒前就该运行。`,
            },
            {
              en: 'See whether Temporal’s own worker service runs, and compare the clocks of the machines.',
              zh: '请查看 Temporal 自己的 worker 服务是否在运行，并核对各台机器的时钟。',
            },
          ),
        ];
      }
      const acts = {
        en: `Schedule ${scheduleId} acts every ${often.en}`,
        zh: `定时计划 ${scheduleId} ${often.zh}运行一次`,
      };
      return [await lastRun(client, found, { acts, now: clock() })];
    },
  };
}

async function describe(client: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** How the last run ended that has ended, where the one under way does not say more. */
async function lastRun(
  client: Client,
  { info }: ScheduleDescription,
  { acts, now }: { readonly acts: Explanation; readonly now: number },
): Promise<Seen> {
  for (const { action, takenAt } of info.recentActions.toReversed()) {
    const { workflowId, firstExecutionRunId } = action.workflow;
    const run = await describeRun(client, workflowId, firstExecutionRunId);
    if (run === undefined) continue;
    const when = takenAt.toISOString();
    const status = run.status.name;
    if (status === 'RUNNING') {
      const [step] = run.raw.pendingActivities ?? [];
      const dueMs = Number(step?.scheduledTime?.seconds ?? NaN) * 1_000;
      if (now - dueMs > LATE_MS)
        return warning(
          {
            en: `${acts.en}, but its run of ${when} waits for a worker since ${new Date(dueMs).toISOString()}.`,
            zh: `${acts.zh}，但它 ${when} 的运行自 ${new Date(dueMs).toISOString()} 起在等待 worker。`,
          },
          {
            en: 'Start a worker: npx waybell start --only worker. The run goes on by itself.',
            zh: '请启动一个 worker：npx waybell start --only worker。运行会自动继续。',
          },
        );
      const lastTry = step?.lastFailure;
      if (!lastTry) continue;
      return lastTry.applicationFailureInfo?.type === SWEEP_GOES_ON
        ? ok({
            en: `${acts.en}; its run of ${when} goes on.`,
            zh: `${acts.zh}；它 ${when} 的运行正在进行。`,
          })
        : warning(
            {
              en: `${acts.en}, but its run of ${when} fails: ${lastTry.message ?? ''}`,
              zh: `${acts.zh}，但它 ${when} 的运行在失败：${lastTry.message ?? ''}`,
            },
            {
              en: `Remove the cause; it is tried again by itself: temporal workflow describe --workflow-id '${workflowId}'`,
              zh: `请消除原因；它会自动再试：temporal workflow describe --workflow-id '${workflowId}'`,
            },
          );
    }
    return status === 'COMPLETED'
      ? ok({
          en: `${acts.en}; its run of ${when} is complete.`,
          zh: `${acts.zh}；它 ${when} 的运行已完成。`,
        })
      : warning(
          {
            en: `${acts.en}, but its run of ${when} ended as ${status}.`,
            zh: `${acts.zh}，但它 ${when} 的运行以 ${status} 结束。`,
          },
          {
            en: `See whether a worker runs, then read: temporal workflow describe --workflow-id '${workflowId}'`,
            zh: `请查看是否有 worker 在运行，然后查看：temporal workflow describe --workflow-id '${workflowId}'`,
          },
        );
  }
  return ok({ en: `${acts.en}; no run has ended yet.`, zh: `${acts.zh}；还没有哪次运行结束。` });
}

/** @returns `undefined` when Temporal has forgotten it */
async function describeRun(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

export const sweepSchedule = scheduleCheck('sweep', {
  scheduleId: SWEEP_SCHEDULE_ID,
  ensure: ensureSweepSchedule,
  often: { en: 'minute', zh: '每分钟' },
  otherwise: { en: 'orders linked by SQL wake nothing', zh: '用 SQL 关联的订单不会唤醒任何投递' },
});

export const silentDevicesSchedule = scheduleCheck('silent devices', {
  scheduleId: SILENT_DEVICES_SCHEDULE_ID,
  ensure: ensureSilentDevicesSchedule,
  often: { en: 'day', zh: '每天' },
  otherwise: {
    en: 'devices that nobody opens any more are pushed for ever',
    zh: '没有人再打开的设备会一直收到推送',
  },
});

export const retentionSchedule = scheduleCheck('retention', {
  scheduleId: RETENTION_SCHEDULE_ID,
  ensure: ensureRetentionSchedule,
  often: { en: 'hour', zh: '每小时' },
  otherwise: { en: 'tables grow for ever', zh: '表会一直增长' },
});
