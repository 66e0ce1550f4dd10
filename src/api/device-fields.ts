import { z } from 'zod';
import { appName } from '../config/setting-fields';
import { NOTIFICATION_PERMISSIONS } from '../shipment/device';

/** How the push provider knows the phone. Which shape it has, the provider says: an endpoint is a whole URL. */
export const cidField = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[\x21-\x7e]+$/, 'may hold visible ASCII characters only')
  .describe('How the push provider knows the phone: its client id, its token, or the endpoint of a browser.');

/** The app; the seed had one, called `default`. */
export const appidField = appName
  .nullish()
  .transform((appid) => appid ?? 'default')
  .describe('The app; `default` when absent.');

/** A short word such as `android` or `unicloud`; `null` when the app says nothing. */
export const wordField = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[A-Za-z0-9_.-]+$/, 'may hold letters, digits, ., - and _ only')
  .nullish()
  .transform((word) => word ?? null);

const keyText = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\w-]+={0,2}$/, 'must be base64url');

/** What a browser's `PushSubscription` holds beside its endpoint. */
export const subscriptionField = z
  .object({
    p256dh: keyText.describe('From `keys` of the subscription, in base64url.'),
    auth: keyText.describe('From `keys` of the subscription, in base64url.'),
    vapid_key: keyText.optional().describe('The `applicationServerKey` that it was made with, in base64url.'),
  })
  .nullish()
  .transform((keys) => {
    if (!keys) return null;
    const { p256dh, auth, vapid_key: vapidKey } = keys;
    return { p256dh, auth, ...(vapidKey !== undefined && { vapidKey }) };
  });

export const apnsEnvironmentField = z
  .enum(['production', 'sandbox'])
  .nullish()
  .transform((environment) => environment ?? null);

/** `null` when the app says nothing. */
export const permissionField = z
  .enum(NOTIFICATION_PERMISSIONS)
  .nullish()
  .transform((permission) => permission ?? null);

/** Which installation of the app it is: a random id that the app makes once and keeps. */
export const installationField = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.:-]+$/, 'may hold letters, digits, ., :, - and _ only')
  .nullish()
  .transform((id) => id ?? null);
