import { z } from 'zod';
import { attempt } from '../attempt';
import type { PushMessage, PushProvider } from '../provider';
import { providerKind } from '../provider-kind';
import { retryAfterMs, toAnswer, type Ruling } from '../ruling';
import { sendJson, type HttpAnswer } from '../send-request';
import { httpUrl, jsonOf } from '../../config/setting-fields';
import { messageClasses, type MessageClasses } from '../classes/message-classes';
import { rulingOnReply } from './answers';
import { fieldMapping, mapFields, type FieldMapping } from './field-mapping';
import { readReply, type Reply } from './reply';
import { uniCloudRequest } from './request';
import { secureHeaders, type S2sSettings } from './secure-headers';

export interface UniCloudSettings extends S2sSettings {
  readonly url: string;
  readonly mapping?: FieldMapping;
  readonly classes?: MessageClasses;
}

/** Pushes through a uniCloud function with uni-push 2.0: one request for one phone. */
export function createUniCloudProvider({ url, mapping, classes, ...s2s }: UniCloudSettings): PushProvider {
  return {
    name: 'unicloud',
    send: (message: PushMessage, signal: AbortSignal) =>
      attempt(signal, async () => {
        const request = uniCloudRequest(message, classes);
        const body = mapping ? mapFields(request, mapping) : request;
        const http = await sendJson(url, body, signal, secureHeaders(s2s, body, Date.now()));
        const reply = readReply(http.body, request.push_clientid);
        const asked = retryAfterMs(http.retryAfter, Date.now());
        const ruling = rulingOnReply(reply, http.status);
        const answer = toAnswer(ruling, wordsOf(reply, http, ruling), asked);
        return reply.taskId === null ? answer : { ...answer, providerId: reply.taskId };
      }),
  };
}

function wordsOf({ status, failure }: Reply, http: HttpAnswer, { reason }: Ruling): string {
  if (status !== null) return status;
  const words = failure
    ? [failure.code, ...failure.messages].join(' ')
    : [`HTTP ${http.status}`, http.body].join(' ').trim();
  const lack = LACKS[reason];
  return lack === undefined ? words : `${lack}; it said: ${words}`;
}

/** What the function, or its address, lacks: said wherever its words are, since these alone tell nobody. */
const LACKS: Readonly<Record<string, string>> = {
  no_target_status: 'the function must return all that sendMessage gave it, and pass request_id on to it',
  not_a_function: 'a web page answers at CLOUD_FUNC_URL, and no function',
};

/** Printable and not Chinese, as uni-cloud-s2s asks. */
const headerText = z.string().regex(/^[\x21-\x7e]{8,}$/, 'needs at least 8 visible ASCII characters');

export const unicloud = providerKind({
  name: 'unicloud',
  settings: {
    CLOUD_FUNC_URL: httpUrl.optional(),
    CLOUD_FUNC_CONNECT_CODE: headerText.optional(),
    CLOUD_FUNC_SIGN_KEY: z.string().min(8).optional(),
    CLOUD_FUNC_FIELDS: jsonOf(fieldMapping).optional(),
    MESSAGE_CLASSES: jsonOf(messageClasses).optional(),
  },
  neededTogether: ['CLOUD_FUNC_URL'],
  // A client id dies after three months without a login: https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api
  silentAfterDays: 90,
  create: (settings) =>
    createUniCloudProvider({
      url: settings.CLOUD_FUNC_URL,
      connectCode: settings.CLOUD_FUNC_CONNECT_CODE,
      signKey: settings.CLOUD_FUNC_SIGN_KEY,
      mapping: settings.CLOUD_FUNC_FIELDS,
      classes: settings.MESSAGE_CLASSES,
    }),
});
