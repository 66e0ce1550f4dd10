import type { ApnsEnvironment, NotificationPermission, WebPushKeys } from '../shipment/device';
import type { PushTestState } from '../shipment/push-test';
import { IS_AMONG } from './find-devices';
import type { Queryable } from './pool';
import type { DeliveryReport, Receipt, RecordedReceipt } from './receipts';

/** Of all phones together, in every minute: each is a message on somebody's screen. */
export const PUSH_TESTS_PER_MINUTE = 10;
const KEPT = "interval '7 days'";
const BATCH = 500;

/** A test message as it stands. */
export interface PushTest {
  readonly id: string;
  readonly deviceId: string;
  readonly provider: string;
  readonly state: PushTestState;
  readonly code: string | null;
  readonly words: string | null;
  readonly requestId: string | null;
  readonly providerId: string | null;
  readonly askedAt: Date;
  readonly sentAt: Date | null;
  readonly answeredAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly lossReason: string | null;
  readonly lossWords: string | null;
  readonly shownAt: Date | null;
  readonly clickedAt: Date | null;
}

/** The phone of a test, as it is registered at this moment. */
export interface TestedDevice {
  readonly id: string;
  readonly appid: string;
  readonly cid: string;
  readonly userId: string | null;
  readonly merchantId: string | null;
  readonly platform: string | null;
  readonly brand: string | null;
  readonly notifications: NotificationPermission | null;
  readonly provider: string;
  readonly isActive: boolean;
  readonly inactiveReason: string | null;
  readonly registeredAt: Date;
  readonly lastSeenAt: Date;
  readonly subscription: WebPushKeys | null;
  readonly apnsEnvironment: ApnsEnvironment | null;
  /** Whether the list of owners and phones, where one is given, names it. */
  readonly isListed: boolean;
}

const DEVICE = (listed: string): string => `
  select id::text as id, appid, cid, user_id::text as "userId", merchant_id::text as "merchantId", platform, brand, notifications, provider,
         is_active as "isActive", inactive_reason as "inactiveReason", registered_at as "registeredAt",
         last_seen_at as "lastSeenAt", subscription, apns_environment as "apnsEnvironment",
         coalesce(${IS_AMONG(listed, 'user_id::text')} or ${IS_AMONG(listed, 'merchant_id::text')}, false) as "isListed"
    from public.push_devices d`;

export async function findByCid(
  db: Queryable,
  appid: string,
  cid: string,
): Promise<TestedDevice | undefined> {
  const { rows } = await db.query<TestedDevice>(`${DEVICE('null::text[]')} where appid = $1 and cid = $2`, [
    appid,
    cid,
  ]);
  return rows[0];
}

/** @param listed the owners and cids that may be pushed to; everybody when `null` */
export async function findTestedDevice(
  db: Queryable,
  deviceId: string,
  listed: readonly string[] | null,
): Promise<TestedDevice | undefined> {
  const { rows } = await db.query<TestedDevice>(`${DEVICE('$2')} where id = $1`, [deviceId, listed]);
  return rows[0];
}

/** @returns its id; `undefined` when there were enough of them within the last minute, asked of any process */
export async function insertPushTest(
  db: Queryable,
  { id, provider }: Pick<TestedDevice, 'id' | 'provider'>,
): Promise<string | undefined> {
  await db.query(`select pg_advisory_xact_lock(hashtext('waybell push test'))`);
  const { rows } = await db.query<{ id: string }>(
    `insert into waybell.push_tests (id, device_id, provider)
     select gen_random_uuid()::text, $1, $2
      where (select count(*) from waybell.push_tests where asked_at > now() - interval '1 minute') < $3
     returning id`,
    [id, provider, PUSH_TESTS_PER_MINUTE],
  );
  return rows[0]?.id;
}

export async function findPushTest(db: Queryable, id: string): Promise<PushTest | undefined> {
  const { rows } = await db.query<PushTest>(
    `select id, device_id as "deviceId", provider, state, code, words, request_id as "requestId",
            provider_id as "providerId", asked_at as "askedAt", sent_at as "sentAt", answered_at as "answeredAt",
            delivered_at as "deliveredAt", loss_reason as "lossReason", loss_words as "lossWords",
            shown_at as "shownAt", clicked_at as "clickedAt"
       from waybell.push_tests where id = $1`,
    [id],
  );
  return rows[0];
}

/** Notes that the request leaves; again where another try of the step has noted it before. */
export async function notePushTestSent(db: Queryable, id: string, requestId: string): Promise<void> {
  await db.query(
    `update waybell.push_tests set state = 'sending', request_id = $2, sent_at = coalesce(sent_at, now())
      where id = $1`,
    [id, requestId],
  );
}

export interface PushTestEnd {
  readonly state: Exclude<PushTestState, 'asked' | 'sending'>;
  /** As those of a push. */
  readonly reason: string;
  readonly words: string;
  readonly providerId?: string;
}

export async function writePushTestEnd(db: Queryable, id: string, end: PushTestEnd): Promise<void> {
  await db.query(
    `update waybell.push_tests
        set state = $2, code = $3, words = $4, provider_id = coalesce($5, provider_id), answered_at = now()
      where id = $1`,
    [id, end.state, end.reason, end.words, end.providerId],
  );
}

/** As `recordReceipt`: the first word stays, and the time is kept between the request and now. */
export async function recordTestReceipt(
  db: Queryable,
  testId: string,
  { deviceId, event, at }: Receipt,
): Promise<Pick<RecordedReceipt, 'shown_at' | 'clicked_at'> | undefined> {
  const { rows } = await db.query<Pick<RecordedReceipt, 'shown_at' | 'clicked_at'>>(
    `update waybell.push_tests
        set shown_at = coalesce(shown_at, least(greatest($4::timestamptz, sent_at), now())),
            clicked_at = case when $3 = 'clicked'
                              then coalesce(clicked_at, least(greatest($4::timestamptz, sent_at), now()))
                              else clicked_at end
      where id = $1 and device_id = $2 and sent_at is not null
     returning shown_at, clicked_at`,
    [testId, deviceId, event, at],
  );
  return rows[0];
}

/** As `recordDeliveryReports`: what reached the phone is not lost. @returns how many tests they are about */
export async function recordTestReports(
  db: Queryable,
  provider: string,
  reports: readonly DeliveryReport[],
): Promise<number> {
  const { rowCount } = await db.query(
    `update waybell.push_tests t
        set delivered_at = case when r."lossReason" is null then coalesce(t.delivered_at, now()) else t.delivered_at end,
            loss_reason = case when t.delivered_at is null then coalesce(t.loss_reason, r."lossReason") end,
            loss_words = case when t.delivered_at is null then coalesce(t.loss_words, r."lossWords") end
       from jsonb_to_recordset($2::jsonb) as r("providerId" text, "lossReason" text, "lossWords" text)
      where t.provider = $1 and t.provider_id = r."providerId"`,
    [provider, JSON.stringify(reports)],
  );
  return rowCount ?? 0;
}

/** Forgets a batch of those that were asked for a week ago. */
export async function deleteOldPushTests(db: Queryable): Promise<{ readonly more: boolean }> {
  const { rowCount } = await db.query(
    `delete from waybell.push_tests
      where id = any (array(select id from waybell.push_tests
                             where asked_at < now() - ${KEPT} order by asked_at limit ${BATCH}))`,
  );
  return { more: rowCount === BATCH };
}
