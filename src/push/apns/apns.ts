import { createPrivateKey, type KeyObject } from 'node:crypto';
import { sign } from 'jsonwebtoken';
import { z } from 'zod';
import { attempt } from '../attempt';
import { perApp } from '../by-app';
import { cidIs, type PushMessage, type PushProvider } from '../provider';
import { APNS_ENVIRONMENTS, type ApnsEnvironment } from '../../shipment/device';
import { providerKind } from '../provider-kind';
import { CREDENTIALS_TAKEN, retryAfterMs, toAnswer } from '../ruling';
import { httpUrl, jsonOf } from '../../config/setting-fields';
import { readKeyFile } from '../key-file';
import { createSharedToken } from '../shared-token';
import {
  isExpiredToken,
  isKeyOfOtherEnvironment,
  isOfOtherEnvironment,
  readApnsReply,
  rulingOnReply,
  wordsOf,
} from './answers';
import { createConnection } from './connection';
import { messageClasses, type MessageClasses } from '../classes/message-classes';
import { apnsRequest } from './request';

const MINUTE = 60_000;
/** APNs refuses a token of more than an hour, and a sender that makes one more often than every 20 minutes. */
const TOKEN_LIFE_MS = 50 * MINUTE;

/** No device token: those are hex. And no alert: whatever APNs made of the one, there is nothing to show. */
const NO_DEVICE = {
  ':path': '/3/device/no-device',
  'apns-push-type': 'background',
  'apns-priority': '5',
} as const;

const URLS: Readonly<Record<ApnsEnvironment, string>> = {
  production: 'https://api.push.apple.com',
  sandbox: 'https://api.sandbox.push.apple.com',
};

export interface ApnsSettings {
  /** The content of the .p8 file. */
  readonly key: string;
  readonly keyId: string;
  readonly teamId: string;
  /** The app's bundle id. */
  readonly topic: string;
  /** The bundle ids of other apps of the same team, by what phones register them as. */
  readonly topics?: Readonly<Record<string, string>>;
  /** Of devices that do not name theirs. Without it such a device is tried in both. */
  readonly environment?: ApnsEnvironment;
  readonly classes?: MessageClasses | undefined;
  readonly urls?: Readonly<Record<ApnsEnvironment, string>>;
  /** Trusted in addition, PEM. */
  readonly ca?: string;
}

/** Pushes through Apple's HTTP/2 API with a provider token: one connection for each environment. */
export function createApnsProvider({
  urls = URLS,
  ca,
  topics = {},
  ...settings
}: ApnsSettings): PushProvider {
  const key = privateKeyOf(settings.key);
  const tls = ca === undefined ? {} : { ca };
  const connections = {
    production: createConnection(urls.production, tls),
    sandbox: createConnection(urls.sandbox, tls),
  };
  const token = createSharedToken(() =>
    Promise.resolve({ value: signToken(key, settings), expiresAt: Date.now() + TOKEN_LIFE_MS }),
  );

  return {
    name: 'apns',
    send: (message: PushMessage, signal: AbortSignal) =>
      attempt(signal, async () => {
        const topic = Object.hasOwn(topics, message.appid) ? topics[message.appid] : undefined;
        const about = { topic: topic ?? settings.topic, classes: settings.classes };
        const { id, headers, body } = apnsRequest(message, about, Date.now());
        const value = await token.get(signal);
        const ask = (environment: ApnsEnvironment) =>
          connections[environment].request({ ...headers, authorization: `bearer ${value}` }, body, signal);

        const known = message.apnsEnvironment ?? settings.environment;
        let http = await ask(known ?? 'production');
        // Refused for certain, so that the other environment's phone gets it once at most.
        if (known === undefined && isOfOtherEnvironment(readApnsReply(http.body))) {
          const other = await ask('sandbox');
          // A key for one environment only is refused in the other, which says nothing of the phone.
          if (!isKeyOfOtherEnvironment(readApnsReply(other.body))) http = other;
        }

        const reply = readApnsReply(http.body);
        const isRefused = isExpiredToken(reply);
        const ruling = isRefused ? token.refused(value) : rulingOnReply(reply, http, message);
        if (!isRefused && http.status < 500) token.worked(value);
        const asked = retryAfterMs(http.retryAfter, Date.now());
        return { ...toAnswer(ruling, wordsOf(reply, http), asked), providerId: id };
      }),
    // APNs refuses wrong keys and topics before it looks at the device, which it then calls bad.
    checkCredentials: (signal) =>
      attempt(signal, async () => {
        const authorization = `bearer ${await token.get(signal)}`;
        const connection = connections[settings.environment ?? 'production'];
        const headers = { ...NO_DEVICE, 'apns-topic': settings.topic, authorization };
        const http = await connection.request(headers, '{"aps":{"content-available":1}}', signal);
        const reply = readApnsReply(http.body);
        const ruling = rulingOnReply(reply, http, { registeredAt: new Date() });
        const isTaken = ruling.class !== 'retry' && ruling.hold === undefined && reply.reason !== null;
        return toAnswer(isTaken ? CREDENTIALS_TAKEN : ruling, wordsOf(reply, http));
      }),
    close: async () => {
      await Promise.all(Object.values(connections).map((connection) => connection.close()));
    },
  };
}

function signToken(key: KeyObject, { keyId, teamId }: Pick<ApnsSettings, 'keyId' | 'teamId'>): string {
  return sign({}, key, { algorithm: 'ES256', keyid: keyId, issuer: teamId });
}

function privateKeyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Its message may show parts of the key.
  }
  throw new Error('APNS_KEY: not a P-256 private key in PEM, which Apple gives as a .p8 file');
}

export const apns = providerKind({
  name: 'apns',
  settings: {
    APNS_KEY: z.string().min(1).optional(),
    APNS_KEY_ID: z.string().min(1).optional(),
    APNS_TEAM_ID: z.string().min(1).optional(),
    APNS_TOPIC: z.string().min(1).optional(),
    APNS_TOPICS: perApp(z.string().min(1)),
    APNS_ENVIRONMENT: z.enum(APNS_ENVIRONMENTS).optional(),
    APNS_URL: httpUrl.optional(),
    MESSAGE_CLASSES: jsonOf(messageClasses).optional(),
  },
  neededTogether: ['APNS_KEY', 'APNS_KEY_ID', 'APNS_TEAM_ID', 'APNS_TOPIC'],
  contradictions: ({ APNS_TOPICS: topics, APNS_TOPIC: first }) =>
    topics !== undefined && first === undefined ? ['APNS_TOPIC: required when APNS_TOPICS is set'] : [],
  deviceProblem: cidIs(/^[0-9a-fA-F]{64,200}$/, 'must be a device token in hex'),
  create: ({ APNS_URL: url, ...settings }) =>
    createApnsProvider({
      key: readKeyFile('APNS_KEY', settings.APNS_KEY),
      keyId: settings.APNS_KEY_ID,
      teamId: settings.APNS_TEAM_ID,
      topic: settings.APNS_TOPIC,
      topics: settings.APNS_TOPICS,
      environment: settings.APNS_ENVIRONMENT,
      classes: settings.MESSAGE_CLASSES,
      ...(url && { urls: { production: url, sandbox: url } }),
    }),
});
