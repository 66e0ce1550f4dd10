import { createHash } from 'node:crypto';
import type { Queryable } from './pool';

export const WEBHOOK_VERDICTS = ['read', 'flawed', 'empty'] as const;
/** `read`: all of it was understood; `flawed`: a part was not; `empty`: it says nothing about any waybill. */
export type WebhookVerdict = (typeof WEBHOOK_VERDICTS)[number];

/** One accepted webhook as it arrived. */
export interface ArchivedWebhook {
  /** Sorts by time of receipt. */
  readonly id: string;
  readonly source: string;
  readonly channel: string;
  readonly receivedAt: Date;
  readonly mediaType: string;
  /** Nothing where `emptied`. */
  readonly body: Buffer;
  readonly verdict: WebhookVerdict;
  readonly flaws: readonly unknown[];
  readonly workflowIds: readonly string[];
  /** Its body is gone: it was erased, or kept for long enough. */
  readonly emptied?: boolean;
}

const COLUMNS = `id, source, channel, received_at as "receivedAt", media_type as "mediaType",
  coalesce((select o.body from waybell.webhooks o where o.id = w.body_of), body) as body, verdict, flaws,
  workflow_ids as "workflowIds",
  coalesce((select o.emptied_at from waybell.webhooks o where o.id = w.body_of), emptied_at) is not null as emptied`;

/** A webhook that is new to the archive. */
export interface NewWebhook extends ArchivedWebhook {
  /** The journal that has yet to give it to Temporal; absent: Temporal has it. */
  readonly keptBy?: string;
}

/**
 * Adds webhooks; those that are there already stay as they are. Bytes that a channel has sent within the hour are
 * kept once: a sender that tries again for days does not fill the archive.
 */
export async function insertWebhooks(db: Queryable, webhooks: readonly NewWebhook[]): Promise<void> {
  const seen = new Set<string>();
  const [first, again]: [NewWebhookRow[], NewWebhookRow[]] = [[], []];
  for (const webhook of webhooks) {
    const sha256 = webhook.emptied === true ? null : createHash('sha256').update(webhook.body).digest('hex');
    const key = [webhook.source, webhook.channel, sha256 ?? webhook.id].join(' ');
    (seen.has(key) ? again : first).push({ ...webhook, sha256, body: webhook.body.toString('base64') });
    seen.add(key);
  }
  await insertRows(db, first);
  // A statement does not see what it inserts itself.
  if (again.length > 0) await insertRows(db, again);
}

type NewWebhookRow = Omit<NewWebhook, 'body'> & { readonly body: string; readonly sha256: string | null };

async function insertRows(db: Queryable, rows: readonly NewWebhookRow[]): Promise<void> {
  await db.query(
    `insert into waybell.webhooks
       (id, source, channel, received_at, media_type, body, body_sha256, body_of, verdict, flaws, workflow_ids, kept_by,
        emptied_at)
     select w.id, w.source, w.channel, w."receivedAt", w."mediaType",
            case when same.id is null then decode(w.body, 'base64') else '' end, w.sha256, same.id,
            w.verdict, w.flaws, array(select jsonb_array_elements_text(w."workflowIds")), w."keptBy",
            case when w.emptied then now() end
       from jsonb_to_recordset($1::jsonb)
         as w(id text, source text, channel text, "receivedAt" timestamptz, "mediaType" text, body text, sha256 text,
              verdict text, flaws jsonb, "workflowIds" jsonb, "keptBy" text, emptied boolean)
       left join lateral (
         select o.id from waybell.webhooks o
          where o.body_sha256 = w.sha256 and o.body_of is null and o.source = w.source and o.channel = w.channel
            and o.received_at between w."receivedAt" - interval '1 hour' and w."receivedAt"
          order by o.received_at desc limit 1) same on true
     on conflict (id) do nothing`,
    [JSON.stringify(rows)],
  );
}

export interface WebhookQuery {
  readonly source?: string;
  readonly channel?: string;
  readonly verdict?: WebhookVerdict;
  readonly since?: Date;
  readonly until?: Date;
  /** Begins after this one, in the order asked for. */
  readonly after?: string;
  readonly order: 'oldest first' | 'newest first';
  readonly limit: number;
}

/** One page of the archive. */
export async function selectWebhooks(db: Queryable, query: WebhookQuery): Promise<ArchivedWebhook[]> {
  const { source, channel, verdict, since, until, after, order, limit } = query;
  const [compare, direction] = order === 'oldest first' ? ['>', 'asc'] : ['<', 'desc'];
  const { where, values } = narrow([
    [equals('source'), source],
    [equals('channel'), channel],
    // The few that were not read have an index of their own.
    [(word) => `verdict = ${word}${verdict === 'read' ? '' : " and verdict <> 'read'"}`, verdict],
    ...within(since, until),
    [(id) => `id ${compare} ${id}`, after],
  ]);
  const { rows } = await db.query<ArchivedWebhook>(
    `select ${COLUMNS}
       from waybell.webhooks w
      ${where}
      order by id ${direction}
      limit $${values.length + 1}`,
    [...values, limit],
  );
  return rows;
}

type Condition = readonly [compare: (parameter: string) => string, value: unknown];

/**
 * Only what is asked for: a condition that holds also without its parameter can use no index.
 * The names are this file's own, never the caller's.
 */
function narrow(conditions: readonly Condition[]): { where: string; values: unknown[] } {
  const asked = conditions.filter(([, value]) => value !== undefined);
  const terms = asked.map(([compare], index) => compare(`$${index + 1}`));
  return {
    where: terms.length > 0 ? `where ${terms.join(' and ')}` : '',
    values: asked.map(([, value]) => value),
  };
}

const equals =
  (column: string): Condition[0] =>
  (parameter) =>
    `${column} = ${parameter}`;

/**
 * Ids sort by time of receipt: the first and the last one of a range bound it along the very index that gives the
 * order, where a condition on the time would pass over every older one, page by page.
 */
function within(since: Date | undefined, until: Date | undefined): Condition[] {
  const first = (time: string): string =>
    `(select id from waybell.webhooks where received_at >= ${time} order by received_at, id limit 1)`;
  const last = (time: string): string =>
    `(select id from waybell.webhooks where received_at < ${time} order by received_at desc, id desc limit 1)`;
  return [
    [(time) => `id >= ${first(time)}`, since],
    [(time) => `id <= ${last(time)}`, until],
  ];
}

/** How many webhooks a replay will read. */
export async function countWebhooks(
  db: Queryable,
  { source, channel, since, until }: Pick<WebhookQuery, 'source' | 'channel' | 'since' | 'until'>,
): Promise<number> {
  const { where, values } = narrow([
    [equals('source'), source],
    [equals('channel'), channel],
    ...within(since, until),
  ]);
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from waybell.webhooks ${where}`,
    values,
  );
  return rows[0]?.count ?? 0;
}

/** Deletes some of the webhooks received before `before`; returns how many. */
export async function deleteWebhooksBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from waybell.webhooks
      where id = any (array(
        select id from waybell.webhooks where received_at < $1 order by received_at limit $2))`,
    [before, limit],
  );
  return rowCount ?? 0;
}

/**
 * The newest webhook that has no room any more when all newer ones have `maxBytes`; `null` when there is room for all.
 * Reads every size only where the table, with all that belongs to it, is larger.
 */
export async function findLastBeyond(db: Queryable, maxBytes: number): Promise<string | null> {
  const size = await db.query<{ large: boolean }>(
    `select pg_total_relation_size('waybell.webhooks') > $1::bigint as large`,
    [maxBytes],
  );
  if (size.rows[0]?.large !== true) return null;
  const { rows } = await db.query<{ id: string }>(
    `select id from (
       select id, sum(octet_length(body)) over (order by id desc) as bytes from waybell.webhooks) w
      where bytes > $1::bigint order by id desc limit 1`,
    [maxBytes],
  );
  return rows[0]?.id ?? null;
}

/** Deletes some of the oldest webhooks, up to one of them; what Temporal has yet to be given stays. Returns how many. */
export async function deleteWebhooksUpTo(db: Queryable, lastId: string, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from waybell.webhooks
      where id = any (array(
        select id from waybell.webhooks where id <= $1 and kept_by is null order by id limit $2))`,
    [lastId, limit],
  );
  return rowCount ?? 0;
}

/** A webhook as far as it is asked whether its body may go. */
export interface NamingWebhook {
  readonly id: string;
  readonly receivedAt: Date;
  readonly flaws: readonly { readonly code?: unknown }[];
  readonly workflowIds: readonly string[];
}

/** Webhooks that told of these deliveries and whose bodies are still there, after an id. */
export async function selectWebhooksTelling(
  db: Queryable,
  workflowIds: readonly string[],
  after: string,
  limit: number,
): Promise<NamingWebhook[]> {
  const { rows } = await db.query<NamingWebhook>(
    `select id, received_at as "receivedAt", flaws, workflow_ids as "workflowIds" from (
       select * from waybell.webhooks where workflow_ids && $1::text[] offset 0) w
      where id > $2 and emptied_at is null
      order by id limit $3`,
    [workflowIds, after, limit],
  );
  return rows;
}

/** Takes the bodies of webhooks, and what was said of their flaws; who sent them, and when, stays. Returns how many. */
export async function emptyWebhooks(db: Queryable, ids: readonly string[]): Promise<number> {
  const { rowCount } = await db.query(
    `update waybell.webhooks set body = '', body_sha256 = null, flaws = '[]', emptied_at = now()
      where id = any ($1) and emptied_at is null`,
    [ids],
  );
  return rowCount ?? 0;
}

/** Takes some of the bodies received before `before` that Temporal has been given; returns how many. */
export async function emptyWebhooksBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `update waybell.webhooks set body = '', emptied_at = now()
      where id = any (array(
        select id from waybell.webhooks
         where emptied_at is null and received_at < $1 and kept_by is null order by received_at limit $2))`,
    [before, limit],
  );
  return rowCount ?? 0;
}
