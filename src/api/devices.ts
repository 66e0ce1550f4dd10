import type { Router } from 'express';
import {
  findDeviceForUpdate,
  FIRST_PROVIDER,
  listDevices as selectDevices,
  unregisterDevice as retireDevice,
  upsertDevice,
} from '../database/devices';
import { inTransaction } from '../database/pool';
import { deviceProblem, webPushKey } from '../push/settings';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { listDevices, registerDevice, showWebPushKey, unregisterDevice } from './device-operations';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { requireOwnDevice, requireOwner } from './owners';
import { fieldInvalid } from './request-input';
import { wakeWaits } from '../deliveries/wake';

/** How apps say which phone is whose. */
export function addDeviceRoutes(router: Router, deps: ApiDependencies): void {
  const { pool, config } = deps;

  serve(router, registerDevice, async ({ body }, response) => {
    const { cid, appid, user_id, merchant_id, platform, provider, subscription } = body;
    const problem = deviceProblem(config.push, provider ?? FIRST_PROVIDER, { cid, subscription });
    if (problem) throw fieldInvalid(problem.field, problem.words);
    const caller = callerOf(response);
    const owners = await requireOwner(deps, caller, { userId: user_id, merchantId: merchant_id });
    // With a token it is known who registers, also where the phone is to be the merchant's alone.
    const personId = owners.userId ?? (caller.kind === 'person' ? caller.userId : null);
    const proof = caller.kind === 'anybody' ? null : caller.kind === 'tokenless' ? 'missing' : 'shown';
    const device = await namingField({ user_id: owners.userId, merchant_id: owners.merchantId }, () =>
      inTransaction(pool, async (db) => {
        const written = await upsertDevice(
          db,
          {
            cid,
            appid,
            ...owners,
            personId,
            platform,
            provider,
            installationId: body.installation_id,
            subscription,
            apnsEnvironment: body.apns_environment,
            proof,
            brand: body.brand,
            notifications: body.notifications,
          },
          config.maxDevices,
        );
        if (written) return written;
        throw new HttpProblem(
          'api-key-missing',
          'this phone was registered with a token or a key before, and is taken without one no more',
        );
      }),
    );
    // As PostgreSQL wrote the ids: a uuid has one spelling there.
    const waits = [
      ...(device.user_id === null ? [] : [{ audience: 'user' as const, ownerId: device.user_id }]),
      ...(device.merchant_id === null
        ? []
        : [{ audience: 'merchant' as const, ownerId: device.merchant_id }]),
    ];
    const woken = await Promise.all(
      waits.map((owner) => wakeWaits(deps, { kind: 'device', deviceId: device.id, ...owner })),
    );
    return { ok: true, device, woken: woken.reduce((sum, count) => sum + count, 0) };
  });

  serve(router, unregisterDevice, async ({ body: { cid, appid } }, response) => {
    const device = await inTransaction(pool, async (db) => {
      const known = await findDeviceForUpdate(db, appid, cid);
      if (!known) return undefined;
      const owners = { userId: known.user_id, merchantId: known.merchant_id };
      await requireOwnDevice({ db, config }, callerOf(response), owners);
      return retireDevice(db, appid, cid);
    });
    if (!device) throw new HttpProblem('device-unknown', `no device ${cid} of ${appid}`, { field: 'cid' });
    return { ok: true, device };
  });

  serve(router, listDevices, async ({ query }, response) => {
    const { active, appid, user_id, merchant_id } = query;
    const { userId, merchantId } = await requireOwner(deps, callerOf(response), {
      userId: user_id,
      merchantId: merchant_id,
    });
    const filter = {
      ...(userId != null && { user_id: userId }),
      ...(merchantId != null && { merchant_id: merchantId }),
      ...(appid !== undefined && { appid }),
      ...(active !== undefined && { is_active: active === 'true' }),
    };
    const devices = await namingField({ user_id: userId, merchant_id: merchantId }, () =>
      inTransaction(pool, (db) => selectDevices(db, config.shopTables, filter)),
    );
    return { ok: true, devices, count: devices.length };
  });

  const vapidKey = webPushKey(config.push);
  serve(router, showWebPushKey, () => {
    if (vapidKey === null) throw new HttpProblem('webpush-off', 'VAPID_PRIVATE_KEY is not set');
    return { ok: true, vapid_key: vapidKey };
  });
}
