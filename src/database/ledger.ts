import { readEndReason } from '../shipment/end-reason';
import type { AudienceCount, HeardUpdates } from '../shipment/ledger';
import { WITHOUT_PUSH } from '../shipment/who-is-told';
import type { Queryable } from './pool';
import { ATTENTION_OF_WAIT } from './waits';

/** An update that a webhook said, by the id of the webhook. */
export interface Mention {
  readonly webhookId: string;
  readonly workflowId: string;
}

export interface LedgerRows {
  readonly heard: readonly HeardUpdates[];
  readonly elsewhere: readonly Pick<HeardUpdates, 'verdict' | 'updates'>[];
  /** Updates without a row, how often they were said, and whether a journal has yet to give them to Temporal. */
  readonly unwritten: readonly {
    readonly workflowId: string;
    readonly mentions: number;
    readonly kept: boolean;
  }[];
  readonly audiences: readonly (AudienceCount & { readonly samples: readonly string[] })[];
  /** Decided deliveries that are not at their end, and that no workflow carries on. */
  readonly abandoned: readonly string[];
}

/** More than this cannot be told by id any more; the counts stay exact. */
const MOST_SAMPLES = 100;

/** Deliveries that have not come to their end. */
export async function selectOpenDeliveries(db: Queryable, since: Date): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    `select workflow_id from waybell.express_updates where state = 'open' and created_at >= $1`,
    [since],
  );
  return rows.map((row) => row.workflow_id);
}

export interface LedgerRange {
  readonly since: Date;
  readonly until: Date;
  /** What a journal says, and not yet the archive. */
  readonly unarchived: readonly Mention[];
  /** Deliveries that no workflow carries on: those of them that are still open are abandoned. */
  readonly notRunning: readonly string[];
}

/**
 * What the ledger is made of, in one statement and so at one moment: what was accepted from `since` until `until`, by
 * the archive and by `unarchived`, and what became of it.
 */
export async function selectLedger(
  db: Queryable,
  { since, until, unarchived, notRunning }: LedgerRange,
): Promise<LedgerRows> {
  const { rows } = await db.query<LedgerRows>(
    `with said as (
       select w.id, workflow_id, w.kept_by is not null as kept
         from waybell.webhooks w cross join unnest(w.workflow_ids) as workflow_id
        where w.received_at >= $1 and w.received_at < $2
       union all
       select "webhookId", "workflowId", false
         from jsonb_to_recordset($3::jsonb) as j("webhookId" text, "workflowId" text)),
     named as (
       select workflow_id, count(distinct id)::int as mentions, bool_or(kept) as kept from said group by workflow_id),
     heard as (
       select n.workflow_id, n.mentions, n.kept, u.verdict, u.created_at < $1 as before
         from named n left join waybell.express_updates u using (workflow_id)),
     elsewhere as (
       select u.workflow_id, u.verdict from waybell.express_updates u
        where u.created_at >= $1 and u.created_at < $2
          and not exists (select from named n where n.workflow_id = u.workflow_id)
          and not exists (select from waybell.webhooks w where w.workflow_ids @> array[u.workflow_id])),
     decided as (
       select workflow_id from heard where verdict = 'announce' and not before
       union all
       select workflow_id from elsewhere where verdict = 'announce'),
     told as (
       select u.workflow_id, a.aud, u.state, u.outcome, u.reason, u.withheld ->> a.aud as withheld, n.message_id, n.send_status, n.last_error,
              exists (select from public.express_notifications o
                       where o.workflow_id = u.workflow_id and o.aud <> a.aud) as other_told
         from decided d
         join waybell.express_updates u using (workflow_id)
         cross join (values ('user'), ('merchant')) as a(aud)
         -- The last one where a change of person has made several: who the order names is whom it is about.
         left join lateral (
           select message_id, send_status, last_error from public.express_notifications
            where workflow_id = u.workflow_id and aud = a.aud
            order by last_error is not distinct from 'recipient-changed', created_at desc limit 1) n on true),
     booked as (
       select t.workflow_id, t.state, t.outcome,
              case when t.message_id is null or t.send_status = 'sending' then t.reason end as reason,
              t.send_status as "sendStatus", t.other_told as "otherTold",
              case when t.message_id is null then exists (
                     select from waybell.express_pushes p
                      where p.workflow_id = t.workflow_id and p.state = 'accepted'
                        and p.message_id ~ (':' || t.aud || '(:[0-9]+)?$'))
                   else exists (
                     select from waybell.express_pushes p
                      where p.message_id = t.message_id and p.state = 'accepted') end as accepted,
              case when t.send_status = 'failed' then coalesce(
                (select p.code from waybell.express_pushes p
                  where p.message_id = t.message_id and p.state <> 'accepted'
                  order by p.answered_at desc nulls last limit 1), t.last_error)
                when t.send_status = 'superseded' or t.last_error = '${WITHOUT_PUSH}' then t.last_error end as failure,
              t.withheld,
              (select ${ATTENTION_OF_WAIT} from waybell.express_waits w
                where w.workflow_id = t.workflow_id and w.audience in (t.aud, '') limit 1) as attention
         from told t),
     audiences as (
       select state, outcome, reason, "sendStatus", "otherTold", accepted, failure, withheld, attention,
              count(*)::int as audiences, (array_agg(workflow_id))[1:${MOST_SAMPLES}] as samples
         from booked group by 1, 2, 3, 4, 5, 6, 7, 8, 9)
     select (select coalesce(jsonb_agg(g), '[]') from (
               select verdict, before, count(*)::int as updates, sum(mentions)::int as mentions
                 from heard where verdict is not null group by 1, 2) g) as heard,
            (select coalesce(jsonb_agg(g), '[]') from (
               select verdict, count(*)::int as updates from elsewhere group by 1) g) as elsewhere,
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'workflowId', workflow_id, 'mentions', mentions, 'kept', kept)), '[]')
               from heard where verdict is null) as unwritten,
            (select coalesce(jsonb_agg(a), '[]') from audiences a) as audiences,
            array(select u.workflow_id from decided join waybell.express_updates u using (workflow_id)
                   where u.state = 'open' and u.workflow_id = any ($4) limit ${MOST_SAMPLES}) as abandoned`,
    [since, until, JSON.stringify(unarchived), notRunning],
  );
  const [row] = rows;
  if (!row) throw new Error('a statement without a from clause gives one row');
  const audiences = row.audiences.map((one) => ({ ...one, reason: readEndReason(one.reason) }));
  return { ...row, audiences };
}

/** Which of these updates have a row by now. */
export async function findWritten(db: Queryable, workflowIds: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ workflow_id: string }>(
    'select workflow_id from waybell.express_updates where workflow_id = any ($1)',
    [workflowIds],
  );
  return rows.map((row) => row.workflow_id);
}
