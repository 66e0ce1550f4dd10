import type { ShopTables } from '../config/config';
import type { Verdict } from '../shipment/decide-announcement';
import type { HeldBecause, PhoneFacts } from '../shipment/explain-push';
import type { Attention } from '../shipment/delivery';
import { readEndReason, type EndReason } from '../shipment/end-reason';
import type { ShipmentStatus } from '../shipment/status';
import type { Audience } from '../shipment/update';
import { everHadDevice, isOwned } from './find-devices';
import { listHolds } from './held';
import { fittedId, readIdTypes } from './ids';
import { findStaff, peopleOf } from './members';
import type { Notification, Push } from './notifications';
import { isoTime } from './parcel-events';
import type { Queryable } from './pool';
import { joinSaid } from './scan-texts';
import { ATTENTION_OF_WAIT, STILL_WAITED_FOR } from './waits';
import type { WithheldAudiences } from './withheld';
import { shopNames } from './shop-names';

/** What PostgreSQL knows of one delivery, besides its notifications. */
export interface DeliveryStory {
  readonly workflowId: string;
  readonly waybillId: string;
  readonly verdict: Verdict;
  readonly status: string | null;
  readonly state: 'open' | 'closed';
  readonly outcome: string | null;
  readonly reason: EndReason | null;
  readonly since: Date;
  /** `null` while it is open, and of one that ended before this was written down. */
  readonly endedAt: Date | null;
  /** The newest word of its source for a status; a digest of it where the word itself is gone. */
  readonly rawStatus: string | null;
  /** What that word is read as by now, which may be later than the delivery. */
  readonly readAs: ShipmentStatus | null;
  readonly messageIds: readonly string[];
  readonly withheld: WithheldAudiences;
  readonly waits: readonly {
    readonly kind: Attention;
    readonly audience: string;
    readonly since: string;
    readonly until: string;
  }[];
}

/** A person who asks about a parcel wants to know of the last things that were said of it. */
const LIMIT = 3;

/**
 * The delivery of this workflow id or message_id, or those of the parcel with this number: what is open goes before the
 * newest, since an update that moves nothing would hide what waits.
 */
export async function findDeliveryStories(
  db: Queryable,
  tables: ShopTables,
  name: string,
  trackingNo = name,
): Promise<DeliveryStory[]> {
  const { waybills } = shopNames(tables);
  const { rows } = await db.query<DeliveryStory>(
    `with parcels as (
       select ${waybills.id}::text as id from ${waybills.name}
        where ${waybills.trackingNo} = any (array[upper($2), lower($2)])
       union
       select waybill_id from waybell.waybill_numbers where tracking_no = any (array[upper($2), lower($2)])),
     named as (
       select $1::text as workflow_id
       union
       select workflow_id from public.express_notifications where message_id = $1
       union
       select newest.workflow_id from parcels p
         cross join lateral (
           select workflow_id from waybell.express_updates
            where waybill_id = p.id and verdict = 'announce' order by seq desc limit ${LIMIT}) newest
       union
       select u.workflow_id from parcels p
         join waybell.express_updates u on u.waybill_id = p.id and u.state = 'open'
       union
       select e.workflow_id from parcels p join waybell.platform_express_events e on e.waybill_id = p.id)
     select u.workflow_id as "workflowId", u.waybill_id as "waybillId", u.verdict, u.status, u.state, u.outcome, u.reason, coalesce(u.withheld, '{}') as withheld, u.created_at as since,
            case when u.state = 'closed' then u.closed_at end as "endedAt",
            coalesce(said.word, scan.raw_status) as "rawStatus", scan.status as "readAs",
            array(select n.message_id from public.express_notifications n
                   where n.workflow_id = u.workflow_id and n.message_id is not null order by n.aud desc) as "messageIds",
            (select coalesce(jsonb_agg(jsonb_build_object(
                      'kind', ${ATTENTION_OF_WAIT}, 'audience', w.audience, 'since', ${isoTime('w.since')}, 'until', ${isoTime('w.deadline')}) order by w.audience desc), '[]')
               from waybell.express_waits w
              where w.workflow_id = u.workflow_id and ${STILL_WAITED_FOR}) as waits
       from named join waybell.express_updates u using (workflow_id)
       left join lateral (
         select * from waybell.platform_express_events e
          where e.waybill_id = u.waybill_id and e.workflow_id = u.workflow_id
          order by e.event_time desc limit 1) scan on true
       ${joinSaid('scan', "u.input ->> 'trackingNo'")}
      order by u.state = 'open' desc, u.seq desc
      limit ${LIMIT}`,
    [name, trackingNo],
  );
  return rows.map((row) => ({ ...row, reason: reasonOf(row) }));
}

function reasonOf({ verdict, reason }: DeliveryStory): EndReason | null {
  return verdict === 'announce' ? readEndReason(reason) : verdict;
}

/** A device, as its row says now. */
export interface PushedDevice extends PhoneFacts {
  readonly appid: string;
  readonly platform: string | null;
  readonly lastSeenAt: Date;
}

/** What a notification depends on beside its pushes. */
export interface NotificationConditions {
  readonly everHadDevice: boolean;
  readonly waitsUntil: Date | null;
  /** Providers whose pushes are all held, and why. */
  readonly heldProviders: ReadonlyMap<string, HeldBecause>;
  /** Devices of its owner that have not got it because of that. */
  readonly heldDevices: number;
  /** What is known of the devices that it was pushed to, by their ids. */
  readonly devices: ReadonlyMap<string, PushedDevice>;
}

export async function findNotificationConditions(
  db: Queryable,
  tables: ShopTables,
  notification: Notification,
  pushes: readonly Push[],
): Promise<NotificationConditions> {
  const { aud, recipient_id: ownerId } = notification;
  const owner = isAudience(aud) && ownerId !== null ? { audience: aud, recipientId: ownerId } : undefined;
  const staff = owner && peopleOf(await findStaff(db, tables, owner.audience, owner.recipientId));
  const heldProviders = new Map(
    (await listHolds(db)).map(({ provider, cause, probeAt }) => [
      provider,
      { cause, isProbed: probeAt !== null },
    ]),
  );
  return {
    everHadDevice: owner !== undefined && (await everHadDevice(db, tables, owner, staff)),
    waitsUntil: await findDeadline(db, notification),
    heldProviders,
    heldDevices:
      owner && heldProviders.size > 0
        ? await countHeld(db, tables, notification.message_id, { ...owner, staff }, [...heldProviders.keys()])
        : 0,
    devices: await findPushedDevices(
      db,
      (await readIdTypes(db, tables)).deviceId,
      pushes.map(({ device_id: id }) => id),
    ),
  };
}

async function findDeadline(db: Queryable, { workflow_id, aud }: Notification): Promise<Date | null> {
  const { rows } = await db.query<{ deadline: Date }>(
    `select deadline from waybell.express_waits
      where workflow_id = $1 and audience in ('', $2) order by deadline desc limit 1`,
    [workflow_id, aud],
  );
  return rows[0]?.deadline ?? null;
}

interface HeldOwner {
  readonly audience: Audience;
  readonly recipientId: string;
  readonly staff: readonly string[] | undefined;
}

/** A push that is held may have no row yet: it was never claimed. */
async function countHeld(
  db: Queryable,
  tables: ShopTables,
  messageId: string,
  { audience, recipientId, staff }: HeldOwner,
  providers: readonly string[],
): Promise<number> {
  const types = await readIdTypes(db, tables);
  const { rows } = await db.query<{ held: number }>(
    `select count(*)::int as held
       from public.push_devices d
       left join waybell.express_pushes p on p.message_id = $1 and p.device_id = d.id::text
      where ${isOwned({ audience, types, owner: '$2::text', people: staff && '$4' })} and d.is_active and d.provider = any ($3)
        and coalesce(p.state, 'retry') in ('claimed', 'retry')`,
    [messageId, recipientId, providers, ...(staff ? [staff] : [])],
  );
  return rows[0]?.held ?? 0;
}

async function findPushedDevices(
  db: Queryable,
  type: string | null,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, PushedDevice>> {
  if (deviceIds.length === 0) return new Map();
  const { rows } = await db.query<PushedDevice & { readonly id: string }>(
    `select id::text as id, appid, platform, last_seen_at as "lastSeenAt",
            case when not is_active then inactive_reason end as "inactiveReason", brand, notifications
       from public.push_devices
      where id = any (array(select ${fittedId('one', type)} from unnest($1::text[]) as one))`,
    [deviceIds],
  );
  return new Map(rows.map(({ id, ...device }) => [id, device]));
}

const isAudience = (aud: string | null): aud is Audience => aud === 'user' || aud === 'merchant';
