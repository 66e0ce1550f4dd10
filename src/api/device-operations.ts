import { z } from 'zod';
import { appName } from '../config/setting-fields';
import { count, moment, ok, woken } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import {
  apnsEnvironmentField,
  appidField,
  cidField,
  installationField,
  permissionField,
  subscriptionField,
  wordField,
} from './device-fields';
import { idOrNone, optionalId } from './request-input';
import type { Operation } from './operation';

const device = z
  .object({
    id: z.string(),
    appid: z.string(),
    cid: z.string(),
    user_id: z.string().nullable(),
    merchant_id: z.string().nullable(),
    platform: z.string().nullable(),
    provider: z.string(),
    installation_id: z.string().nullable(),
    apns_environment: z.string().nullable(),
    brand: z.string().nullable(),
    notifications: z.string().nullable(),
    is_active: z.boolean(),
    inactive_reason: z.string().nullable(),
    inactive_at: moment.nullable(),
    registered_at: moment,
    last_seen_at: moment,
    updated_at: moment,
  })
  .meta({
    id: 'Device',
    description: 'The row as it is written in `push_devices`, without the keys of a browser; ids as text.',
  });

const DEVICE_EXAMPLE = {
  id: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10',
  appid: 'default',
  cid: 'f7a1c0de',
  user_id: 'user-0007',
  merchant_id: null,
  platform: 'android',
  provider: 'unicloud',
  installation_id: '1f7b3c52-9f0e-4c55-8d7f-2b7a5e9c0d11',
  apns_environment: null,
  brand: 'HUAWEI',
  notifications: 'allowed',
  is_active: true,
  inactive_reason: null,
  inactive_at: null,
  registered_at: '2026-02-06T02:11:00.000Z',
  last_seen_at: '2026-02-06T02:11:00.000Z',
  updated_at: '2026-02-06T02:11:00.000Z',
};

export const registerDevice = {
  method: 'post',
  path: '/api/v1/push/register',
  id: 'registerDevice',
  tag: 'Devices',
  summary: 'This phone belongs to this account now.',
  description:
    'A phone is one row per `(appid, cid)`. A registration says who uses it: a role that is sent is so from now on, `null` ends it, and one that is left out stays, as long as the same person registers. Another person gets the phone without anything of the one before, and so does who registers after a log-out. The other fields stay unless sent again. Older cids of the same `installation_id` are retired, with `inactive_reason` `reinstalled`; a retired device that registers is active again. Until `ANONYMOUS_REGISTRATION_UNTIL`, where the shop has set it, an app may come without key and token, for a phone that was never registered with one.',
  access: { scopes: ['devices'], persons: true, tokenless: true },
  body: z
    .object({
      cid: cidField,
      appid: appidField,
      user_id: idOrNone.describe(
        'The person: this, `merchant_id`, or both. Left out, the person stays; `null` makes the phone nobody’s but the merchant’s.',
      ),
      merchant_id: idOrNone.describe(
        'The merchant: this, `user_id`, or both. Left out, it stays while the same person registers; `null` ends it.',
      ),
      platform: wordField.describe('Such as `android` or `ios`.'),
      provider: wordField.describe(
        'Who pushes to this phone; `unicloud` when not said. It says which shape `cid` has.',
      ),
      installation_id: installationField.describe(
        'Which installation of the app it is: a random id that the app makes once and keeps.',
      ),
      subscription: subscriptionField.describe(
        'The keys of a browser; for `webpush`, whose `cid` is the endpoint.',
      ),
      apns_environment: apnsEnvironmentField.describe(
        'In which environment Apple knows the token; for `apns`.',
      ),
      brand: wordField.describe('Who made the phone, as it says itself, such as `HUAWEI`.'),
      notifications: permissionField.describe(
        'Whether the person lets the app show notifications: `allowed`, `denied` or `unknown`.',
      ),
    })
    .meta({ id: 'DeviceRegistration' }),
  answers: { 200: z.object({ ok, device, woken }) },
  problems: ['owner-required', ...DATABASE_PROBLEMS],
  examples: {
    body: {
      cid: 'f7a1c0de',
      appid: 'default',
      user_id: 'user-0007',
      merchant_id: null,
      platform: 'android',
      provider: 'unicloud',
      installation_id: '1f7b3c52-9f0e-4c55-8d7f-2b7a5e9c0d11',
      brand: 'HUAWEI',
      notifications: 'allowed',
    },
    answer: { ok: true, device: DEVICE_EXAMPLE, woken: 1 },
  },
} as const satisfies Operation;

export const unregisterDevice = {
  method: 'post',
  path: '/api/v1/push/unregister',
  id: 'unregisterDevice',
  tag: 'Devices',
  summary: 'This phone gets nothing more.',
  description: 'The row stays, with `inactive_reason` `unregistered`.',
  access: { scopes: ['devices'], persons: true },
  body: z.object({ cid: cidField, appid: appidField }).meta({ id: 'DeviceIdentity' }),
  answers: { 200: z.object({ ok, device }) },
  problems: ['device-unknown', ...DATABASE_PROBLEMS],
  examples: { body: { cid: 'f7a1c0de', appid: 'default' } },
} as const satisfies Operation;

export const showWebPushKey = {
  method: 'get',
  path: '/api/v1/push/webpush/key',
  id: 'showWebPushKey',
  tag: 'Devices',
  summary: 'The key with which a browser subscribes to Web Push.',
  description:
    'The public half of `VAPID_PRIVATE_KEY`: the `applicationServerKey` of `pushManager.subscribe`, and the `vapid_key` of the registration afterwards. The same for everybody, for as long as the setting stays.',
  access: { scopes: ['devices'], persons: true },
  answers: { 200: z.object({ ok, vapid_key: z.string().describe('In base64url.') }) },
  problems: ['webpush-off'],
  examples: {
    answer: {
      ok: true,
      vapid_key: 'BDd3_hVL9fZi9Ybo2UUzA284WG5FZR30_95YeZJsiApwXKpNcF1rRPF3foIiBHXRdJI2Qhumhf6_LFTeZaNndIo',
    },
  },
} as const satisfies Operation;

export const listDevices = {
  method: 'get',
  path: '/api/v1/push/devices',
  id: 'listDevices',
  tag: 'Devices',
  summary: 'The phones of an owner.',
  description: '`user_id` or `merchant_id` is required. At most 500, those seen last first.',
  access: { scopes: ['devices'], persons: true },
  query: z.object({
    user_id: optionalId,
    merchant_id: optionalId,
    appid: appName.optional(),
    active: z.enum(['true', 'false']).optional(),
  }),
  answers: { 200: z.object({ ok, devices: z.array(device), count }) },
  problems: ['owner-required', ...DATABASE_PROBLEMS],
  examples: { answer: { ok: true, devices: [DEVICE_EXAMPLE], count: 1 } },
} as const satisfies Operation;
