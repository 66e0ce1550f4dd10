import type { AttentionKind } from '../shipment/attention';
import type { Queryable } from './pool';
import { ATTENTION_OF_WAIT, STILL_WAITED_FOR } from './waits';

/** A delivery that waits, or is under way. */
export interface WaitingDelivery {
  readonly workflowId: string;
  readonly waybillId: string;
  readonly kind: AttentionKind;
  /** `user`, `merchant`, or '' for both. */
  readonly audience: string;
  readonly since: Date;
  readonly until: Date | null;
  readonly dueSince: Date | null;
  readonly messageIds: readonly string[];
  /** Where the next page begins. */
  readonly cursor: string;
}

const UNDER_WAY = `
  select u.workflow_id, u.waybill_id, '' as audience, u.created_at as since, null::timestamptz as until, null::timestamptz as due_since,
         'under-way' as kind
    from waybell.express_updates u
   where u.state = 'open'
     and not exists (select from waybell.express_waits w where w.workflow_id = u.workflow_id)`;

/** Waits, and open deliveries without one. */
const WAITING = `
  select w.workflow_id, w.waybill_id, w.audience, w.since, w.deadline as until, w.due_since,
         ${ATTENTION_OF_WAIT} as kind
    from waybell.express_waits w
   where ${STILL_WAITED_FOR}
  union all ${UNDER_WAY}`;

export interface AttentionFilter {
  readonly kind?: string;
  /** Only these. */
  readonly workflowIds?: readonly string[];
  /** The cursor of the last one on the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** Deliveries that wait, those that wait longest first. */
export async function listWaitingDeliveries(
  db: Queryable,
  { kind, workflowIds, after, limit }: AttentionFilter,
): Promise<WaitingDelivery[]> {
  const { rows } = await db.query<WaitingDelivery>(
    `select p.workflow_id as "workflowId", p.waybill_id as "waybillId", p.kind, p.audience, p.since, p.until, p.due_since as "dueSince", p.cursor,
            array(select n.message_id from public.express_notifications n
                   where n.workflow_id = p.workflow_id and p.audience in ('', n.aud) order by 1) as "messageIds"
       from (select *, to_char(since at time zone 'UTC', 'YYYYMMDDHH24MISSUS') || workflow_id || kind || audience as cursor
               from (${WAITING}) waiting) p
      where ($1::text is null or p.kind = $1) and ($2::text is null or p.cursor > $2 collate "C")
        and ($4::text[] is null or p.workflow_id = any ($4))
      order by p.cursor collate "C"
      limit $3`,
    [kind, after, limit, workflowIds],
  );
  return rows;
}

/** Open deliveries that wait for nobody, those that are so for longest first. */
export async function findUnderWay(
  db: Queryable,
  { olderThanMs, limit }: { readonly olderThanMs: number; readonly limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from (${UNDER_WAY}) under_way
      where since < now() - $1 * interval '1 millisecond' order by since limit $2`,
    [olderThanMs, limit],
  );
  return rows.map((row) => row.workflow_id);
}

/** A delivery at work says so within minutes: it pushes, or waits for something. One that was ended from outside never does. */
const SURELY_BEGUN = `interval '10 minutes'`;

/**
 * Some of the open deliveries that wait for nobody, others each time: of those whose pushes are held a thousand may be
 * there for hours, and each has its turn however many they are.
 */
export async function pickUnderWay(db: Queryable, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from (${UNDER_WAY}) under_way
      where since < now() - ${SURELY_BEGUN} order by random() limit $1`,
    [limit],
  );
  return rows.map((row) => row.workflow_id);
}

export interface WaitingCount {
  readonly kind: AttentionKind;
  readonly count: number;
  readonly oldest: Date;
  /** Waits whose condition holds, or whose time is over, for longer than two sweeps. */
  readonly overdue: number;
}

/** How many deliveries wait for what. */
export async function countWaitingDeliveries(db: Queryable): Promise<WaitingCount[]> {
  const { rows } = await db.query<WaitingCount>(
    `select kind, count(*)::int as count, min(since) as oldest,
            count(*) filter (where least(due_since, until) < now() - interval '2 minutes')::int as overdue
       from (${WAITING}) waiting group by kind`,
  );
  return rows;
}
