import { z } from 'zod';
import { attempt } from '../attempt';
import { byApp, perApp } from '../by-app';
import { readLayer } from '../json-layer';
import { cidIs, type PushMessage, type PushProvider } from '../provider';
import { providerKind } from '../provider-kind';
import { CREDENTIALS_TAKEN, retryAfterMs, toAnswer } from '../ruling';
import { sendJson } from '../send-request';
import { httpUrl, jsonOf } from '../../config/setting-fields';
import { readKeyFile } from '../key-file';
import { createSharedToken } from '../shared-token';
import { isTokenRefusal, readFcmReply, rulingOnReply } from './answers';
import { messageClasses, type MessageClasses } from '../classes/message-classes';
import { fcmRequest } from './request';
import { issueAccessToken, serviceAccount, type ServiceAccount } from './token';

const FCM_URL = 'https://fcm.googleapis.com';

export interface FcmSettings {
  readonly account: ServiceAccount;
  readonly url?: string;
  readonly classes?: MessageClasses | undefined;
}

/** Pushes through Firebase Cloud Messaging, HTTP v1: one request for one phone. */
export function createFcmProvider({ account, url = FCM_URL, classes }: FcmSettings): PushProvider {
  const sendUrl = `${url.replace(/(?<!\/)\/+$/, '')}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`;
  const token = createSharedToken((signal) => issueAccessToken(account, signal));

  return {
    name: 'fcm',
    send: (message: PushMessage, signal: AbortSignal) =>
      attempt(signal, async () => {
        const body = fcmRequest(message, Date.now(), classes);
        const value = await token.get(signal);
        const http = await sendJson(sendUrl, body, signal, { authorization: `Bearer ${value}` });
        const reply = readFcmReply(http.body);

        const isRefused = isTokenRefusal(reply, http.status);
        const ruling = isRefused ? token.refused(value) : rulingOnReply(reply, http.status);
        if (!isRefused && http.status < 500) token.worked(value);

        const code = reply.code ?? reply.status;
        const words = reply.name ?? (code ? `${code} ${reply.message}` : `HTTP ${http.status} ${http.body}`);
        const answer = toAnswer(ruling, words, retryAfterMs(http.retryAfter, Date.now()));
        return reply.name === null ? answer : { ...answer, providerId: reply.name };
      }),
    checkCredentials: (signal) =>
      attempt(signal, async () => {
        await token.get(signal);
        return toAnswer(CREDENTIALS_TAKEN, 'a token');
      }),
  };
}

export const fcm = providerKind({
  name: 'fcm',
  settings: {
    FCM_SERVICE_ACCOUNT: z.string().min(1).optional(),
    FCM_SERVICE_ACCOUNTS: perApp(z.string().min(1)),
    FCM_URL: httpUrl.default(FCM_URL),
    MESSAGE_CLASSES: jsonOf(messageClasses).optional(),
  },
  neededTogether: ['FCM_SERVICE_ACCOUNT'],
  contradictions: ({ FCM_SERVICE_ACCOUNTS: apps, FCM_SERVICE_ACCOUNT: first }) =>
    apps !== undefined && first === undefined
      ? ['FCM_SERVICE_ACCOUNT: required when FCM_SERVICE_ACCOUNTS is set']
      : [],
  deviceProblem: cidIs(/^[\w:-]{1,1024}$/, 'must be a registration token: letters, digits, :, - and _'),
  // https://firebase.google.com/docs/cloud-messaging/manage-tokens: Android tokens expire after 270 days.
  silentAfterDays: 270,
  create({
    FCM_URL: url,
    FCM_SERVICE_ACCOUNTS: apps,
    FCM_SERVICE_ACCOUNT: account,
    MESSAGE_CLASSES: classes,
  }) {
    const make = (name: string, value: string): PushProvider =>
      createFcmProvider({ account: readServiceAccount(name, value), url, classes });
    const others = Object.entries(apps).map(
      ([appid, value]) => [appid, make(`FCM_SERVICE_ACCOUNTS.${appid}`, value)] as const,
    );
    return byApp(make('FCM_SERVICE_ACCOUNT', account), new Map(others));
  },
});

/** @throws {Error} naming the setting and no value. */
function readServiceAccount(setting: string, value: string): ServiceAccount {
  const text = readKeyFile(setting, value);
  const parsed = serviceAccount.safeParse(readLayer(text));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new Error(`${setting}: no service account; look at ${fields}`);
}
