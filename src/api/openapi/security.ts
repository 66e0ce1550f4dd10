import type { Access } from '../operation';

/** How callers show who they are: `auth.ts` and `sources/standard-webhooks-signature.ts`, in the words of OpenAPI. */
export const SECURITY_SCHEMES = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description: 'A key of `API_KEYS`.',
  },
  bearerKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'The same key as `Authorization: Bearer <key>`.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'With `DEVICE_REGISTRATION=jwt`: the Supabase access token of the person who is signed in. `user_id` must be its `sub`, `merchant_id` its `app_metadata.merchant_id`; who names nobody means themselves.',
  },
  webhookId: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-id',
    description: 'Standard Webhooks (https://www.standardwebhooks.com): the identity of the message.',
  },
  webhookTimestamp: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-timestamp',
    description: 'Seconds since 1970, within 5 minutes of now.',
  },
  webhookSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      '`v1,<base64 of HMAC-SHA256 over id.timestamp.body>` with a secret of `WEBHOOK_SECRETS`; several are separated by spaces.',
  },
} as const;

type Requirement = Readonly<Partial<Record<keyof typeof SECURITY_SCHEMES, readonly string[]>>>;

/** Any one of the list is enough; what is in one entry is needed together. */
export const SECURITY_OF_ACCESS: Readonly<Record<Access, readonly Requirement[]>> = {
  everybody: [],
  key: [{ apiKey: [] }, { bearerKey: [] }],
  app: [{ apiKey: [] }, { bearerKey: [] }, { accessToken: [] }],
  signature: [{ webhookId: [], webhookTimestamp: [], webhookSignature: [] }],
  // The token is a part of the path, and every source signs in its own way, or not at all.
  channel: [],
  // The signatures are in the lines of the body.
  receipt: [],
};
