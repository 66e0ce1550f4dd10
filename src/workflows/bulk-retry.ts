import {
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { inMarkdown } from '../shipment/shown-text';
import type { BulkRetryInput, BulkRetryProgress } from './contract';

const { listForRetry, retryBatch } = proxyActivities<Pick<Activities, 'listForRetry' | 'retryBatch'>>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

const SECOND_MS = 1_000;
/** What people read at a glance; the database has all of them. */
const SHOWN_REFUSALS = 20;
const BEGINNING: BulkRetryProgress = {
  step: 'listing',
  listFrom: null,
  found: 0,
  asked: 0,
  restarted: 0,
  refused: 0,
  refusals: [],
};

const progressQuery = defineQuery<BulkRetryProgress>('progress');

/**
 * Retries many deliveries at a rate. First the whole list is written to the database, so that what the retry itself
 * changes is not found again; then each second takes as many as the rate allows, until none is left.
 */
export async function bulkRetry(input: BulkRetryInput): Promise<BulkRetryProgress> {
  const { retryId, query, rate, request } = input;
  let progress = input.progress ?? BEGINNING;
  const show = (change: Partial<BulkRetryProgress>): void => {
    progress = { ...progress, ...change };
    setCurrentDetails(describe(input, progress));
  };
  setHandler(progressQuery, () => progress, { description: 'How far the retry has come.' });
  show({});

  while (progress.step === 'listing') {
    const { found, next } = await listForRetry({ retryId, query, from: progress.listFrom });
    show({ found, listFrom: next, step: next === null ? 'retrying' : 'listing' });
    await goOnAsNewRun(input, progress);
  }
  while (progress.step === 'retrying') {
    const began = Date.now();
    const { tally, settled, refusals } = await retryBatch({ retryId, request, limit: rate });
    show({
      ...tally,
      refusals: [...progress.refusals, ...refusals].slice(0, SHOWN_REFUSALS),
      step: settled === 0 ? 'done' : 'retrying',
    });
    if (settled === 0) break;
    const left = SECOND_MS - (Date.now() - began);
    if (left > 0) await sleep(left, { summary: 'the rate: the rest of this second' });
    await goOnAsNewRun(input, progress);
  }
  return progress;
}

/** The server suggests it at 4,096 events, some six minutes of work: a history that people can still read. */
async function goOnAsNewRun(input: BulkRetryInput, progress: BulkRetryProgress): Promise<void> {
  if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof bulkRetry>({ ...input, progress });
}

function describe({ query, rate, request }: BulkRetryInput, progress: BulkRetryProgress): string {
  const { step, found, asked, restarted, refused, refusals } = progress;
  return [
    `**${asked + restarted + refused} of ${found}** deliveries, ${step}, ${rate} per second at most`,
    '',
    `Asked by ${inMarkdown(request.operator ?? 'somebody')}: ${inMarkdown(request.reason ?? 'no reason given')}`,
    ...(query === undefined ? [] : ['', inMarkdown(query)]),
    '',
    '| asked | started again | refused |',
    '|---|---|---|',
    `| ${asked} | ${restarted} | ${refused} |`,
    ...(refusals.length === 0 ? [] : ['', '| refused | because |', '|---|---|']),
    ...refusals.map(({ workflowId, words }) => `| ${inMarkdown(workflowId)} | ${inMarkdown(words)} |`),
  ].join('\n');
}
