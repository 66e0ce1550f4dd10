import type { Router } from 'express';
import { z } from 'zod';
import { findDeviceForUpdate } from '../database/find-device';
import { listDevices } from '../database/list-devices';
import { inTransaction } from '../database/pool';
import { unregisterDevice } from '../database/unregister-device';
import { upsertDevice } from '../database/upsert-device';
import { callerOf } from './auth';
import { namingField } from './database-problem';
import type { ApiDependencies } from './dependencies';
import { appidField, cidField, wordField } from './device-fields';
import { HttpProblem } from './http-problem';
import { addRoute } from './methods';
import { requireOwnDevice, requireOwner } from './owners';
import { checkFields, optionalId, readJson } from './request-input';
import { wakeWaits } from './wake-waits';

const registration = z.object({
  cid: cidField,
  appid: appidField,
  user_id: optionalId,
  merchant_id: optionalId,
  platform: wordField,
  provider: wordField,
});

const identity = z.object({ cid: cidField, appid: appidField });

const search = z.object({
  user_id: optionalId,
  merchant_id: optionalId,
  appid: z.string().max(64).optional(),
  active: z.enum(['true', 'false']).optional(),
});

/** How apps say which phone is whose. */
export function addDeviceRoutes(router: Router, deps: ApiDependencies): void {
  const { pool } = deps;

  addRoute(router, '/register', {
    async post(request, response) {
      const { cid, appid, user_id, merchant_id, platform, provider } = readJson(request, registration);
      const owners = requireOwner(callerOf(response), { userId: user_id, merchantId: merchant_id });
      const device = await namingField({ user_id: owners.userId, merchant_id: owners.merchantId }, () =>
        inTransaction(pool, (db) => upsertDevice(db, { cid, appid, ...owners, platform, provider })),
      );
      // As PostgreSQL wrote the ids: a uuid has one spelling there.
      const waits = [
        ...(device.user_id === null ? [] : [{ audience: 'user' as const, ownerId: device.user_id }]),
        ...(device.merchant_id === null
          ? []
          : [{ audience: 'merchant' as const, ownerId: device.merchant_id }]),
      ];
      const woken = await Promise.all(waits.map((owner) => wakeWaits(deps, { kind: 'device', ...owner })));
      response.json({ ok: true, device, woken: woken.reduce((sum, count) => sum + count, 0) });
    },
  });

  addRoute(router, '/unregister', {
    async post(request, response) {
      const { cid, appid } = readJson(request, identity);
      const device = await inTransaction(pool, async (db) => {
        const known = await findDeviceForUpdate(db, appid, cid);
        if (!known) throw new HttpProblem('device-unknown', `no device ${cid} of ${appid}`, { field: 'cid' });
        requireOwnDevice(callerOf(response), { userId: known.user_id, merchantId: known.merchant_id });
        return unregisterDevice(db, appid, cid);
      });
      response.json({ ok: true, device });
    },
  });

  addRoute(router, '/devices', {
    async get(request, response) {
      const { active, appid, ...asked } = checkFields(search, request.query);
      const { userId, merchantId } = requireOwner(callerOf(response), {
        userId: asked.user_id,
        merchantId: asked.merchant_id,
      });
      const filter = {
        ...(userId !== null && { user_id: userId }),
        ...(merchantId !== null && { merchant_id: merchantId }),
        ...(appid !== undefined && { appid }),
        ...(active !== undefined && { is_active: active === 'true' }),
      };
      const devices = await namingField({ user_id: userId, merchant_id: merchantId }, () =>
        inTransaction(pool, (db) => listDevices(db, filter)),
      );
      response.json({ ok: true, devices, count: devices.length });
    },
  });
}
