import type { HeldBecause } from '../shipment/explain-push';
import type { Audience } from '../shipment/update';
import { everHadDevice } from './find-devices';
import type { Push } from './list-pushes';
import type { Notification } from './notifications';
import type { Queryable } from './pool';
import { listCircuits } from './held';

/** What a notification depends on beside its pushes. */
export interface NotificationConditions {
  readonly everHadDevice: boolean;
  readonly waitsUntil: Date | null;
  /** Providers whose pushes are all held, and why. */
  readonly heldProviders: ReadonlyMap<string, HeldBecause>;
  /** Devices of its owner that have not got it because of that. */
  readonly heldDevices: number;
  /** Why devices are retired that it was not pushed to, by their ids. */
  readonly inactiveReasons: ReadonlyMap<string, string>;
}

const OWNER_COLUMN: Readonly<Record<Audience, string>> = { user: 'user_id', merchant: 'merchant_id' };

export async function findNotificationConditions(
  db: Queryable,
  notification: Notification,
  pushes: readonly Push[],
): Promise<NotificationConditions> {
  const { aud, recipient_id: ownerId } = notification;
  const owner = isAudience(aud) && ownerId !== null ? { audience: aud, ownerId } : undefined;
  const heldProviders = new Map(
    (await listCircuits(db)).map(({ provider, cause, probeAt }) => [
      provider,
      { cause, isProbed: probeAt !== null },
    ]),
  );
  return {
    everHadDevice: owner !== undefined && (await everHadDevice(db, owner.audience, owner.ownerId)),
    waitsUntil: await findDeadline(db, notification),
    heldProviders,
    heldDevices:
      owner && heldProviders.size > 0
        ? await countHeld(db, notification.message_id, owner, [...heldProviders.keys()])
        : 0,
    inactiveReasons: await findInactiveReasons(
      db,
      pushes.filter(({ state }) => state === 'moved').map(({ device_id: id }) => id),
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

/** A push that is held may have no row yet: it was never claimed. */
async function countHeld(
  db: Queryable,
  messageId: string,
  { audience, ownerId }: { readonly audience: Audience; readonly ownerId: string },
  providers: readonly string[],
): Promise<number> {
  const { rows } = await db.query<{ held: number }>(
    `select count(*)::int as held
       from public.push_devices d
       left join waybell.express_pushes p on p.message_id = $1 and p.device_id = d.id::text
      where d.${OWNER_COLUMN[audience]} = $2 and d.is_active and d.provider = any ($3)
        and coalesce(p.state, 'retry') in ('claimed', 'retry')`,
    [messageId, ownerId, providers],
  );
  return rows[0]?.held ?? 0;
}

async function findInactiveReasons(
  db: Queryable,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (deviceIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; inactive_reason: string }>(
    `select id::text as id, inactive_reason from public.push_devices
      where id = any ($1) and not is_active and inactive_reason is not null`,
    [deviceIds],
  );
  return new Map(rows.map(({ id, inactive_reason: reason }) => [id, reason]));
}

const isAudience = (aud: string | null): aud is Audience => aud === 'user' || aud === 'merchant';
