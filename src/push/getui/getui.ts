import { z } from 'zod';
import { attempt } from '../attempt';
import { byApp, perApp } from '../by-app';
import type { PushMessage, PushProvider } from '../provider';
import { providerKind } from '../provider-kind';
import { CREDENTIALS_TAKEN, retryAfterMs, toAnswer, type Ruling } from '../ruling';
import { sendJson } from '../send-request';
import { httpUrl, jsonOf, list } from '../../config/setting-fields';
import { createSharedToken } from '../shared-token';
import { createHosts, GETUI_URLS, type Urls } from './hosts';
import { HOST_MOVED, readGetuiReply, rulingOnReply, targetOf, TOKEN_INVALID, wordsOf } from './reply';
import { messageClasses } from '../classes/message-classes';
import { getuiRequest, type GetuiRequestSettings } from './request';
import { issueGetuiToken, type GetuiKeys } from './token';

export interface GetuiSettings extends GetuiKeys, GetuiRequestSettings {
  readonly urls?: Urls;
}

/** Pushes through GeTui's REST API v2. https://docs.getui.com/getui/server/rest_v2/introduction/ */
export function createGetuiProvider({
  urls = GETUI_URLS,
  classes,
  uniAppPackage,
  ...keys
}: GetuiSettings): PushProvider {
  const hosts = createHosts(urls);
  const api = (host: string): string => `${host}/v2/${encodeURIComponent(keys.appId)}`;
  const token = createSharedToken((signal) => issueGetuiToken(`${api(hosts.current)}/auth`, keys, signal));

  return {
    name: 'getui',
    send: (message: PushMessage, signal: AbortSignal) =>
      attempt(signal, async () => {
        const { cid, body } = getuiRequest(message, { classes, uniAppPackage });
        const value = await token.get(signal);
        const host = hosts.current;
        const http = await sendJson(`${api(host)}/push/single/cid`, body, signal, { token: value });
        const reply = readGetuiReply(http.body);
        const target = targetOf(reply, cid);

        let ruling: Ruling = rulingOnReply(reply, target?.status, http.status);
        if (reply.code === HOST_MOVED) hosts.move(host, reply.data);
        if (reply.code === TOKEN_INVALID) ruling = token.refused(value);
        else if (reply.code !== null) token.worked(value);

        const words = target?.status ?? wordsOf(reply, http);
        const answer = toAnswer(ruling, words, retryAfterMs(http.retryAfter, Date.now()));
        return target ? { ...answer, providerId: target.taskId } : answer;
      }),
    checkCredentials: (signal) =>
      attempt(signal, async () => {
        await token.get(signal);
        return toAnswer(CREDENTIALS_TAKEN, 'a token');
      }),
  };
}

const ANDROID_PACKAGE = /^(?=.{3,200}$)[A-Za-z]\w*(?:\.[A-Za-z]\w*)+$/;

const androidPackage = z
  .string()
  .regex(ANDROID_PACKAGE, 'must be the package of an Android app, such as com.example.shop')
  .optional();

export const getui = providerKind({
  name: 'getui',
  settings: {
    GETUI_APP_ID: z.string().min(1).optional(),
    GETUI_APP_KEY: z.string().min(1).optional(),
    GETUI_MASTER_SECRET: z.string().min(1).optional(),
    GETUI_APPS: perApp(
      z.strictObject({
        appId: z.string().min(1),
        appKey: z.string().min(1),
        masterSecret: z.string().min(1),
        uniAppPackage: androidPackage,
      }),
    ),
    GETUI_UNIAPP_PACKAGE: androidPackage,
    MESSAGE_CLASSES: jsonOf(messageClasses).optional(),
    GETUI_URLS: list.pipe(z.tuple([httpUrl], httpUrl)).default([...GETUI_URLS]),
  },
  neededTogether: ['GETUI_APP_ID', 'GETUI_APP_KEY', 'GETUI_MASTER_SECRET'],
  contradictions: ({ GETUI_APPS: apps, GETUI_APP_ID: first }) =>
    apps !== undefined && first === undefined ? ['GETUI_APP_ID: required when GETUI_APPS is set'] : [],
  // From then on GeTui answers `successed_ignore`: https://docs.getui.com/getui/server/rest_v2/push/
  silentAfterDays: 90,
  create({ GETUI_URLS: urls, GETUI_APPS: apps, MESSAGE_CLASSES: classes, ...settings }) {
    const first = createGetuiProvider({
      appId: settings.GETUI_APP_ID,
      appKey: settings.GETUI_APP_KEY,
      masterSecret: settings.GETUI_MASTER_SECRET,
      urls,
      classes,
      uniAppPackage: settings.GETUI_UNIAPP_PACKAGE,
    });
    const others = Object.entries(apps).map(
      ([appid, keys]) => [appid, createGetuiProvider({ ...keys, urls, classes })] as const,
    );
    return byApp(first, new Map(others));
  },
});
