import type { ScanText, ShipmentUpdate } from '../shipment/update';
import { isErasedScan } from './erasure-marks';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';

/** What a scan of one waybill says, and who said it when. */
export interface SaidText extends ScanText {
  readonly source: string;
  readonly trackingNo: string;
  readonly receivedAt: Date;
}

/** What updates say in words, each with whose it is. */
export function textsOf(
  said: readonly {
    readonly update: Pick<ShipmentUpdate, 'source' | 'trackingNo'>;
    readonly texts: readonly ScanText[];
  }[],
  receivedAt: Date,
): SaidText[] {
  return said.flatMap(({ update: { source, trackingNo }, texts }) =>
    texts.map((text) => ({ ...text, source, trackingNo, receivedAt })),
  );
}

/** When an earlier release was told: its texts take the place of nothing that was written where texts are now. */
export const BEFORE_ALL = new Date(0);

/**
 * Writes what scans say. The newest request that says a scan has its last word; one that says the same again writes
 * nothing, not even a lock: aggregators tell the whole history with each scan. What was erased is not written again.
 * @param days of scans that are older, nothing is written: it would be deleted at once
 */
export async function writeScanTexts(db: Queryable, texts: readonly SaidText[], days: number): Promise<void> {
  if (texts.length === 0) return;
  await db.query(
    `insert into waybell.scan_texts as known
       (tracking_no, source, event_key, event_time, text, place, word, received_at)
     select distinct on (t."trackingNo", t.source, t.key, t.time)
            t."trackingNo", t.source, t.key, t.time, t.text, t.place, t.word, t."receivedAt"
       from jsonb_to_recordset($1::jsonb)
         as t("trackingNo" text, source text, key text, time timestamptz, text text, place text, word text,
              "receivedAt" timestamptz)
      where t.time > now() - $2 * interval '1 day'
        and not ${isErasedScan('t."trackingNo"', 't.time')}
        and not exists (
          select from waybell.scan_texts same
           where same.tracking_no = t."trackingNo" and same.source = t.source and same.event_key = t.key
             -- What a source says of a waybill as a whole is the same scan at whatever time it is told again.
             and (same.event_time = t.time or t.key not like 'id:%')
             and (same.text, same.place, same.word) is not distinct from (t.text, t.place, coalesce(t.word, same.word)))
      -- In the order of the key: two processes that write the same rows never wait for each other in a circle.
      order by t."trackingNo", t.source, t.key, t.time, t."receivedAt" desc
     on conflict (tracking_no, source, event_key, event_time) do update
        set text = excluded.text, place = excluded.place,
            -- Its scan may have the digest also once the word is listed and comes in clear.
            word = coalesce(excluded.word, known.word), received_at = excluded.received_at
      where excluded.received_at >= known.received_at`,
    [JSON.stringify(texts), days],
  );
}

/**
 * SQL: a join with what the scan `scan` says, as `said`. A scan whose key its sender had used before has the time in
 * its own key.
 */
export const joinSaid = (scan: string, trackingNo: string): string => `left join lateral (
         select t.text, t.place, t.word from waybell.scan_texts t
          where t.tracking_no = ${trackingNo} and t.source = ${scan}.source and t.event_time = ${scan}.event_time
            and ${scan}.event_key in (t.event_key, t.event_key || '@' || ${isoTime('t.event_time')})
          order by t.received_at desc limit 1) said on true`;

/** SQL: of the scans that say what the announcement `told` tells, the newest. */
export const newestOfStatus = (told: string): string => `select * from waybell.platform_express_events
          where waybill_id = ${told}.waybill_id and instance = ${told}.instance and status = ${told}.status
          order by event_time desc limit 1`;

/**
 * Gives the notifications of the parcels of these deliveries the text of their scan, where they were written before it
 * was here. Those without a title were emptied, and stay so.
 */
export async function fillEventTexts(db: Queryable, workflowIds: readonly string[]): Promise<void> {
  await db.query(
    `with parcel as (
       select distinct waybill_id from waybell.express_updates where workflow_id = any ($1)),
     untold as (
       select n.message_id, n.tracking_no::text as tracking_no, u.waybill_id, u.instance, u.status
         from parcel
         join waybell.express_updates u on u.waybill_id = parcel.waybill_id and u.verdict = 'announce'
         join public.express_notifications n on n.workflow_id = u.workflow_id
        where coalesce(n.event_text_safe, '') = '' and n.title <> ''),
     late as (
       select untold.message_id, said.text
         from untold
         cross join lateral (${newestOfStatus('untold')}) e
         ${joinSaid('e', 'untold.tracking_no')})
     update public.express_notifications n set event_text_safe = late.text
       from late
      where n.message_id = late.message_id and late.text <> '' and coalesce(n.event_text_safe, '') = ''`,
    [workflowIds],
  );
}
