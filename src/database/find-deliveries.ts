import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';
import type { Queryable } from './pool';

export interface NamedDelivery {
  /** As it was asked for. */
  readonly word: string;
  readonly workflowId: string;
}

/**
 * Finds the deliveries that people name: by workflow id, by the message_id of a notification, or by tracking number,
 * which means the newest announcement of the parcel: older ones have nothing left to say.
 */
export async function findDeliveries(
  db: Queryable,
  { waybills }: ShopTables,
  words: readonly string[],
): Promise<NamedDelivery[]> {
  const table = `${escapeIdentifier(waybills.schema)}.${escapeIdentifier(waybills.table)}`;
  const { rows } = await db.query<NamedDelivery>(
    `with asked as (select distinct word, upper(word) as number from unnest($1::text[]) as word)
     select a.word, u.workflow_id as "workflowId"
       from asked a join waybell.express_updates u on u.workflow_id = a.word
     union
     select a.word, n.workflow_id
       from asked a join public.express_notifications n on n.message_id = a.word
      where n.workflow_id is not null
     union
     select a.word, newest.workflow_id
       from asked a
       join ${table} b on b.${escapeIdentifier(waybills.trackingNo)} = a.number
       cross join lateral (
         select workflow_id from waybell.express_updates u
          where u.waybill_id = b.${escapeIdentifier(waybills.id)}::text and u.verdict = 'announce'
          order by u.seq desc limit 1) newest`,
    [words],
  );
  return rows;
}
