import type { Meaning } from '../shipment/status';
import type { Reading } from '../shipment/update';
import { inDigestForm, isoTime } from './parcel-events';
import type { Queryable } from './pool';
import { joinSaid } from './scan-texts';

/** A word of a source that it does not explain, over all parcels. */
export interface SeenWord {
  readonly source: string;
  /** A digest of it where the word itself is gone. */
  readonly word: string;
  /** Scans in it, among those that are counted. */
  readonly count: number;
  /** How many of them nobody could read. */
  readonly unread: number;
  /** Of the scan that arrived last. */
  readonly lastText: string;
  readonly lastTime: string;
  readonly lastReadAs: Meaning;
}

/** Scans that are counted, of each reading; the newest. They are read from the index alone, in some 50 ms. */
export const COUNTED_SCANS = 100_000;

const newest = (reading: Reading): string =>
  `(select source, raw_status, reading, id from waybell.platform_express_events
     where reading = '${reading}' order by id desc limit ${COUNTED_SCANS})`;

/** The words that no table knows or that the shop has corrected: first those that nobody could read, the most usual. */
export async function selectSeenWords(db: Queryable, limit: number): Promise<SeenWord[]> {
  const { rows } = await db.query<SeenWord>(
    `select w.source, coalesce(said.word, last.raw_status) as word, w.count, w.unread,
            coalesce(said.text, last.event_text_safe) as "lastText",
            ${isoTime('last.event_time')} as "lastTime", last.status as "lastReadAs"
       from (select source, sum(count)::int as count, sum(unread)::int as unread, max(last_id) as last_id
               from (select source, raw_status, count(*) as count,
                            count(*) filter (where reading = 'unknown') as unread, max(id) as last_id
                       from (${newest('unknown')} union all ${newest('shop')}) scans
                      group by source, raw_status) spelled
              -- In clear, as the shop names it or an earlier release stored it, and as the digest.
              group by source, ${inDigestForm('raw_status')}
              order by unread desc, count desc, last_id desc
              limit $1) w
       join waybell.platform_express_events last on last.id = w.last_id
       left join waybell.express_updates u on u.workflow_id = last.workflow_id
       ${joinSaid('last', "u.input ->> 'trackingNo'")}
      order by w.unread desc, w.count desc, w.last_id desc`,
    [limit],
  );
  return rows;
}
