import path from 'node:path';
import { PROJECT_ROOT } from '../../paths';
import { CONTENT, TITLE } from '../batch';
import type { ProviderName } from '../wires';
import { APPLE, browserOf, SUBJECT, TIME_TO_LIVE_SECONDS, TIMEOUT_MS } from './system';
import type { OpenSystem, Stage } from './system';

/** As much of a provider as is measured: `src/push/provider.ts`. */
interface Provider {
  send(
    message: object,
    signal: AbortSignal,
  ): Promise<{ readonly class: string; readonly reason: string; readonly words: string }>;
}

/** From the compiled product: the part of an activity that builds a push, sends it and reads the answer. */
export const openWaybell: OpenSystem = async (stage) => {
  const { provider: name, keys } = stage;
  const file = path.join(PROJECT_ROOT, 'dist/src/push/provider-kinds.js');
  const kinds = (await import(file)) as Record<ProviderName, { create(settings: object): Provider }>;
  const provider = kinds[name].create(SETTINGS[name](stage));
  const { publicKey: p256dh, auth } = keys.browser;

  return async function push(target) {
    const message = {
      messageId: target,
      appid: 'default',
      cid: name === 'webpush' ? browserOf(target, stage) : target,
      title: TITLE,
      content: CONTENT,
      parcel: {
        status: null,
        lastFour: '',
        orderId: null,
        shown: { status: TITLE, last_four: '', shop: '' },
      },
      requestId: target.slice(-32),
      overwriteKey: `${target}/user`,
      timeToLiveMs: TIME_TO_LIVE_SECONDS * 1_000,
      registeredAt: new Date(),
      ...(name === 'webpush' && { subscription: { p256dh, auth } }),
    };
    const answer = await provider.send(message, AbortSignal.timeout(TIMEOUT_MS));
    if (answer.class !== 'accepted') throw new Error(`${name}: ${answer.reason}: ${answer.words}`);
  };
};

/** As a user sets them, with the addresses of the fake. */
const SETTINGS: Readonly<Record<ProviderName, (stage: Stage) => object>> = {
  unicloud: ({ urls }) => ({ CLOUD_FUNC_URL: `${urls.http1}/unicloud` }),
  getui: ({ urls }) => ({
    GETUI_APP_ID: 'app-1',
    GETUI_APP_KEY: 'key-1',
    GETUI_MASTER_SECRET: 'secret-1',
    GETUI_URLS: [urls.http1],
  }),
  fcm: ({ urls, keys }) => ({
    FCM_URL: urls.http1,
    FCM_SERVICE_ACCOUNT: JSON.stringify({
      project_id: 'project-1',
      private_key: keys.google,
      client_email: 'push@project-1.iam.gserviceaccount.com',
      token_uri: `${urls.http1}/token`,
    }),
  }),
  apns: ({ urls, keys }) => ({
    APNS_KEY: keys.apns,
    APNS_KEY_ID: APPLE.keyId,
    APNS_TEAM_ID: APPLE.teamId,
    APNS_TOPIC: APPLE.topic,
    APNS_ENVIRONMENT: 'production',
    APNS_URL: urls.apns,
  }),
  webpush: ({ keys }) => ({
    VAPID_PRIVATE_KEY: keys.vapid.privateKey,
    VAPID_SUBJECT: SUBJECT,
    WEBPUSH_HOSTS: [],
    WEBPUSH_LOOPBACK: 'allow',
  }),
};
