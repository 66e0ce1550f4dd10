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

/** What a provider reports of one push some time after it has accepted it. */
export interface DeliveryReport {
  readonly cid: string;
  /** What the provider calls the push. */
  readonly providerId: string;
  /** Why it was lost; `null` when it reached the phone. */
  readonly lossReason: string | null;
  readonly lossWords: string | null;
}

/** How many pushes a provider's reports were about. */
export interface RecordedReports {
  readonly known: number;
  /** Of those, how many had another word that stays. */
  readonly ignored: number;
}

/**
 * Writes which pushes reached their phones and which were lost. The first word of each kind stays. A push may go two
 * ways at once, through the provider's own channel and the vendor's: what reached the phone, or was seen on it, is not
 * lost. So a signature that covers no verdict cannot be used to take an arrival back, nor to change why one was lost.
 * No device is retired for a report: the answer to its next push says so, and looks at all others too.
 */
export async function recordDeliveryReports(
  db: Queryable,
  provider: string,
  reports: readonly DeliveryReport[],
): Promise<RecordedReports> {
  const { rows } = await db.query<RecordedReports>(
    `with said as (
       select "providerId" as id, cid, bool_or("lossReason" is null) as arrived,
              max("lossReason") as reason, max("lossWords") as words
         from jsonb_to_recordset($2::jsonb)
           as report("providerId" text, cid text, "lossReason" text, "lossWords" text)
        group by 1, 2
     ), standing as (
       select p.message_id, p.device_id, r.arrived, r.reason, r.words, p.loss_reason, p.loss_words,
              coalesce(p.delivered_at, p.shown_at) is not null as had_arrived
         from waybell.express_pushes p
         join said r on p.provider_id = r.id and p.cid = r.cid
        where p.provider = $1
          for update of p
     ), recorded as (
       update waybell.express_pushes p
          set delivered_at = case when s.arrived then coalesce(p.delivered_at, now()) else p.delivered_at end,
              loss_reason = case when s.arrived or s.had_arrived then null
                                 else coalesce(s.loss_reason, s.reason) end,
              loss_words = case when s.arrived or s.had_arrived then null
                                when s.loss_reason is null then s.words else s.loss_words end
         from standing s
        where p.message_id = s.message_id and p.device_id = s.device_id
     )
     select count(*)::int as known,
            (count(*) filter (where not arrived and (had_arrived or loss_words <> words)))::int as ignored
       from standing`,
    [provider, JSON.stringify(reports)],
  );
  return rows[0] ?? { known: 0, ignored: 0 };
}
