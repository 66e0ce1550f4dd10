import { randomUUID } from 'node:crypto';
import { arrayFromPayloads, defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from '@jest/globals';
import { listDeliveries } from '../../src/deliveries/list';
import {
  BULK_RETRY_WORKFLOW,
  type BulkRetryInput,
  type BulkRetryProgress,
} from '../../src/workflows/contract';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { serveDeliveries } from '../api/delivery-api';
import { refused } from '../setup/cloud-function';
import { eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';

/** One page and one batch each: with histories of 60 events both parts of the work take several runs. */
const PAGE = 2;
const RATE = 2;
const [CLOSED, OPEN, REACHED] = [20, 3, 3];
const closedInMs = { limits: { ...LIMITS, retry: 100, device: 100, firstDevice: 100 } };

const lab = useLab();
const api = use(() => serveDeliveries(lab));

/** What each run of the workflow was started with, the first run first. */
async function inputsOfRuns(workflowId: string): Promise<BulkRetryInput[]> {
  const { client } = lab.temporal;
  const inputs: BulkRetryInput[] = [];
  let runId = (await client.workflow.getHandle(workflowId).describe()).raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
    inputs.push(arrayFromPayloads(defaultPayloadConverter, payloads)[0] as BulkRetryInput);
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return inputs;
}

test('a bulk retry that goes on as new runs, in its list and in its work, settles each delivery once', async () => {
  const parcels = (count: number) =>
    Promise.all(Array.from({ length: count }, () => lab.parcel({ user: 2 })));
  const [closed, open, reached] = [await parcels(CLOSED), await parcels(OPEN), await parcels(REACHED)];
  const refusing = [...closed, ...open].map(({ cids }) => cids[1] ?? '');
  for (const cid of refusing) lab.cloud.answer(cid, refused);
  const { client, taskQueue } = lab.temporal;
  const retryId = randomUUID();
  const workflowId = `bulk-retry/${retryId}`;

  const inSmallPages = {
    ...lab.deps.deliveries,
    list: (query: string, from: string | null) => listDeliveries(client, query, from, PAGE),
  };
  await lab.withWorker(
    async () => {
      const ended = await Promise.all(
        [...closed, ...reached].map((parcel) => lab.start(parcel, 'delivered', 1, closedInMs)),
      );
      const waiting = await Promise.all(open.map((parcel) => lab.start(parcel, 'delivered', 1)));
      await Promise.all(ended.map((handle) => handle.result()));
      for (const handle of waiting) {
        await eventually(async () =>
          (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
        );
      }
      const query = `TaskQueue = '${taskQueue}'`;
      await eventually(async () => (await client.workflow.count(query)).count === CLOSED + OPEN + REACHED);
      for (const cid of refusing) lab.cloud.answer(cid);

      const request = { operator: 'ann', reason: 'function mended' };
      const handle = await client.workflow.start(BULK_RETRY_WORKFLOW, {
        workflowId,
        taskQueue,
        args: [{ retryId, query, rate: RATE, request } satisfies BulkRetryInput],
        memo: request,
      });
      const end = (await handle.result()) as BulkRetryProgress;
      expect(end).toMatchObject({
        ...{ step: 'done', found: CLOSED + OPEN + REACHED },
        ...{ restarted: CLOSED, asked: OPEN, refused: REACHED },
      });
      expect(end.refusals.map(({ workflowId: id }) => id.split('/')[3]).sort()).toEqual(
        reached.map(({ trackingNo }) => trackingNo).sort(),
      );
      const shown = await api.call('GET', `/api/v1/retries/${retryId}`);
      expect(shown.json).toMatchObject({ state: 'done', restarted: CLOSED, asked: OPEN, refused: REACHED });
      const lastRun = await client.workflow.getHandle(workflowId).describe();
      expect(Date.parse(String(shown.json['started_at']))).toBeLessThan(lastRun.startTime.getTime());
      expect(lastRun.memo).toMatchObject(request);
      await eventually(() => Promise.resolve(refusing.every((cid) => lab.cloud.countFor(cid) === 2)));
    },
    (activities) => activities,
    { deliveries: inSmallPages },
  );

  const resumed = (await inputsOfRuns(workflowId)).flatMap(({ progress }) => progress ?? []);
  expect(resumed.some(({ step, listFrom }) => step === 'listing' && listFrom !== null)).toBe(true);
  expect(resumed.filter(({ step }) => step === 'retrying').length).toBeGreaterThan(1);
  const { rows } = await lab.db.pool.query<{ count: number }>(
    `select count(*)::int as count from waybell.bulk_retries where retry_id = $1 and outcome is not null`,
    [retryId],
  );
  expect(rows).toEqual([{ count: CLOSED + OPEN + REACHED }]);
  for (const { cids } of [...closed, ...open]) {
    expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 2, 1]);
  }
  for (const { cids } of reached) expect(cids.map((cid) => lab.cloud.countFor(cid))).toEqual([1, 1, 1]);
});
