import type pg from 'pg';
import { selectRereadFacts } from '../database/parcel-events';
import { inTransaction } from '../database/pool';
import { textsOf, writeScanTexts } from '../database/scan-texts';
import { selectWebhooks, type ArchivedWebhook, type WebhookQuery } from '../database/webhook-archive';
import type { StartedDelivery } from '../deliveries/start';
import { fewAtOnce } from '../few-at-once';
import type { StatusMap } from '../shipment/status';
import { findSource } from '../sources/registry';
import type { Flaw } from '../sources/source';
import {
  areOfOneParcel,
  deliveryOf,
  rereadWorkflowId,
  type Delivery,
  type ReadDelivery,
} from '../deliveries/workflow-id';
import type { Channels } from './channels/channels';
import { DEFAULT_CONDITIONS } from './channels/file';

/** Webhooks per page; a page is read, parsed and submitted before the next. */
const PAGE = 100;
/** Deliveries that are started at once: enough for hundreds per second, few enough to leave room for carriers. */
const AT_ONCE = 16;

/** What a replay found and did so far. */
export interface ReplayTally {
  readonly webhooks: number;
  /** Webhooks whose bodies are gone: nothing can be read of them. */
  readonly emptied: number;
  /** Webhooks of which a part is still not understood. */
  readonly flawed: number;
  readonly updates: number;
  /** Updates that say something else than when they came, or than what is stored: a table or a setting has changed. */
  readonly changed: number;
  /** Deliveries started; in a dry run, none. */
  readonly started: number;
  /** Updates that Temporal knows already. */
  readonly known: number;
}

export interface ReplayParts {
  readonly pool: pg.Pool;
  readonly query: Pick<WebhookQuery, 'source' | 'channel' | 'since' | 'until'>;
  /** Reads a webhook with the tables and settings of today. */
  readonly read: (webhook: ArchivedWebhook) => Promise<ReadAgain>;
  /** How long texts of scans are kept; days. */
  readonly textDays: number;
  /** Absent in a dry run. */
  readonly start?: (delivery: Reread) => Promise<StartedDelivery>;
}

/** A delivery as it is started by a replay. */
export interface Reread extends Delivery {
  /** It was weighed when it came: only what its words mean now is news. */
  readonly reread?: true;
}

/**
 * Reads archived webhooks again, the oldest first, and submits what they say. What Temporal knows is not
 * started again, and what has long been delivered has nothing to do: nobody is notified twice. A word that means
 * something else now changes the scans that are stored, and what follows from them is told.
 * @yields the tally after each page
 */
export async function* replay({
  pool,
  query,
  read,
  textDays,
  start,
}: ReplayParts): AsyncGenerator<ReplayTally> {
  let tally: ReplayTally = {
    webhooks: 0,
    emptied: 0,
    flawed: 0,
    updates: 0,
    changed: 0,
    started: 0,
    known: 0,
  };
  let after: string | undefined;
  for (;;) {
    const page = await inTransaction(pool, (db) =>
      selectWebhooks(db, {
        ...query,
        order: 'oldest first',
        limit: PAGE,
        ...(after !== undefined && { after }),
      }),
    );
    if (page.length === 0) return;
    after = page.at(-1)?.id;
    const whole = page.filter(({ emptied }) => emptied !== true);
    const emptied = page.length - whole.length;
    tally = { ...tally, webhooks: tally.webhooks + emptied, emptied: tally.emptied + emptied };
    const again: ReadWebhook[] = [];
    for (const webhook of whole) again.push({ webhook, ...(await read(webhook)) });
    if (start) await writeTexts(pool, again, textDays);
    for (const { webhook, deliveries: said, flaws } of again) {
      const compared = await fewAtOnce(said, AT_ONCE, (delivery) => compare(pool, webhook, delivery));
      const changed = compared.filter(({ isChanged }) => isChanged);
      const deliveries = compared.map(({ delivery }) => delivery);
      const runs = start ? await fewAtOnce(deliveries, AT_ONCE, start) : [];
      tally = {
        webhooks: tally.webhooks + 1,
        emptied: tally.emptied,
        flawed: tally.flawed + (flaws.length > 0 ? 1 : 0),
        updates: tally.updates + deliveries.length,
        changed: tally.changed + changed.length,
        started: tally.started + runs.filter(({ runId }) => runId !== undefined).length,
        known: tally.known + runs.filter(({ runId }) => runId === undefined).length,
      };
    }
    yield tally;
  }
}

/** A webhook, and what it says by the tables and settings of today. */
interface ReadWebhook extends ReadAgain {
  readonly webhook: ArchivedWebhook;
}

/** Writes texts that are not there, or not any more, before their deliveries start; what was said later stays. */
async function writeTexts(pool: pg.Pool, page: readonly ReadWebhook[], days: number): Promise<void> {
  const texts = page.flatMap(({ webhook, deliveries }) => textsOf(deliveries, webhook.receivedAt));
  if (texts.length > 0) await inTransaction(pool, (db) => writeScanTexts(db, texts, days));
}

/** Whether an update says something else by now, and how it is started then. */
async function compare(
  pool: pg.Pool,
  { source, workflowIds }: ArchivedWebhook,
  { workflowId, update }: Delivery,
): Promise<{ readonly delivery: Reread; readonly isChanged: boolean }> {
  const cameAs = workflowIds.filter((id) => areOfOneParcel(id, workflowId));
  const { weighed, rewrites, decidedBefore } = await inTransaction(pool, (db) =>
    selectRereadFacts(db, { workflowId, cameAs, source, scans: update.events }),
  );
  const isChanged = rewrites || !workflowIds.includes(workflowId);
  const again = rewrites && decidedBefore !== null;
  return {
    isChanged,
    delivery: {
      workflowId: again ? rereadWorkflowId(workflowId, decidedBefore) : workflowId,
      update,
      ...(isChanged && weighed && { reread: true }),
    },
  };
}

/** What an archived webhook says by the tables and settings of today. */
export interface ReadAgain {
  readonly deliveries: readonly ReadDelivery[];
  readonly flaws: readonly Flaw[];
}

/** Reads an archived webhook as if it came now, except that its time is that of its receipt. */
export async function readArchived(
  { source: name, channel: channelName, body, mediaType, receivedAt }: ArchivedWebhook,
  channels: Channels,
  statusMap: StatusMap,
): Promise<ReadAgain> {
  const source = findSource(name);
  if (source === undefined) {
    const message = `there is no source ${name} any more`;
    return { deliveries: [], flaws: [{ code: 'body-unreadable', where: 'source', message }] };
  }
  // The shop's own route is no channel, and one may have been removed since.
  const channel = (await channels.findByName(name, channelName)) ?? DEFAULT_CONDITIONS;
  const request = { body, headers: { 'content-type': mediaType } };
  const { updates, flaws } = source.parse(request, { ...channel, now: receivedAt.getTime(), statusMap });
  return { deliveries: updates.map(deliveryOf), flaws };
}
