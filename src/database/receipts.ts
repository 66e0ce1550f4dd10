import type { Queryable } from './pool';

/** A word from the phone: the only proof that somebody saw a push. */
export interface Receipt {
  readonly messageId: string;
  readonly deviceId: string;
  readonly event: 'shown' | 'clicked';
  /** ISO 8601, by the clock of the phone. */
  readonly at: string;
}

export interface RecordedReceipt {
  readonly message_id: string;
  readonly cid: string;
  readonly shown_at: Date;
  readonly clicked_at: Date | null;
}

/**
 * Writes when a push was shown or clicked. The first word stays, and who clicked has seen. Phones have wrong
 * clocks, so the time is kept between the moment of the push and now.
 * @returns `undefined` when this notification was never pushed to this device
 */
export async function recordReceipt(db: Queryable, receipt: Receipt): Promise<RecordedReceipt | undefined> {
  const { rows } = await db.query<RecordedReceipt>(
    `update waybell.express_pushes
        set shown_at = coalesce(shown_at, least(greatest($4::timestamptz, claimed_at), now())),
            clicked_at = case when $3 = 'clicked'
                              then coalesce(clicked_at, least(greatest($4::timestamptz, claimed_at), now()))
                              else clicked_at end
      where message_id = $1 and device_id = $2
     returning message_id, cid, shown_at, clicked_at`,
    [receipt.messageId, receipt.deviceId, receipt.event, receipt.at],
  );
  return rows[0];
}
