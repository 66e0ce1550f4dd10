import { createECDH } from 'node:crypto';
import { decrypt } from 'http_ece';
import type { Keys } from './keys';

/** What a provider in the same country takes to answer. */
export const ANSWER_AFTER_MS = 20;
/** Of one connection, as Apple's servers say. */
export const MOST_STREAMS = 1_000;

/** A request as the provider sees it. */
export interface Seen {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** How one provider looks from outside. */
export interface Wire {
  /** Where pushes go. */
  readonly path: RegExp;
  /** Without it, the provider would refuse. */
  readonly credentials?: { readonly header: string; readonly value: RegExp };
  /** The phone that the push names. */
  target(seen: Seen): string;
  /** What the phone shows; read after the round, since a browser's must be decrypted. */
  text(seen: Seen, keys: Keys): Text;
  /** What the provider says when it takes the push. */
  readonly status: number;
  answer(target: string): string;
}

interface Text {
  readonly title: string;
  readonly body: string;
}

/** As `test/push/push-responses.json` has the answers. */
export const WIRES = {
  unicloud: {
    path: /^\/unicloud$/,
    target: (seen) => json<{ push_clientid: string }>(seen).push_clientid,
    text(seen) {
      const { title, content } = json<{ title: string; content: string }>(seen);
      return { title, body: content };
    },
    status: 200,
    answer: (target) => `{"errCode":0,"errMsg":"","data":{"RASS_1":{"${target}":"successed_online"}}}`,
  },
  getui: {
    path: /^\/v2\/app-1\/push\/single\/cid$/,
    credentials: { header: 'token', value: /^t-1$/ },
    target: (seen) => json<{ audience: { cid: [string] } }>(seen).audience.cid[0],
    text: (seen) => json<{ push_message: { notification: Text } }>(seen).push_message.notification,
    status: 200,
    answer: (target) => `{"code":0,"msg":"success","data":{"RASS_1":{"${target}":"successed_online"}}}`,
  },
  fcm: {
    path: /^\/v1\/projects\/project-1\/messages:send$/,
    credentials: { header: 'authorization', value: /^Bearer t-1$/ },
    target: (seen) => json<{ message: { token: string } }>(seen).message.token,
    text: (seen) => json<{ message: { notification: Text } }>(seen).message.notification,
    status: 200,
    answer: (target) => `{\n  "name": "projects/project-1/messages/${target}"\n}\n`,
  },
  apns: {
    path: /^\/3\/device\/\w+$/,
    credentials: { header: 'authorization', value: /^bearer [\w-]+\.[\w-]+\.[\w-]+$/ },
    target: endOfPath,
    text: (seen) => json<{ aps: { alert: Text } }>(seen).aps.alert,
    status: 200,
    answer: () => '',
  },
  webpush: {
    path: /^\/browser\/\w+$/,
    credentials: { header: 'authorization', value: /^vapid t=[\w-]+\.[\w-]+\.[\w-]+, ?k=[\w-]+$/ },
    target: endOfPath,
    text: ({ body }, { browser }) => {
      const privateKey = createECDH('prime256v1');
      privateKey.setPrivateKey(browser.privateKey, 'base64url');
      const plain = decrypt(body, { version: 'aes128gcm', privateKey, authSecret: browser.auth });
      return JSON.parse(plain.toString()) as Text;
    },
    status: 201,
    answer: () => '',
  },
} as const satisfies Readonly<Record<string, Wire>>;

export type ProviderName = keyof typeof WIRES;

function json<Shape>({ body }: Seen): Shape {
  return JSON.parse(body.toString()) as Shape;
}

function endOfPath({ path }: Seen): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
