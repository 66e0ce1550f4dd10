import { generateKeyPairSync, createECDH } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createApnsProvider } from '../../src/push/apns/apns';
import { createFcmProvider } from '../../src/push/fcm/fcm';
import { createGetuiProvider } from '../../src/push/getui/getui';
import type { PushAnswer, PushMessage, PushProvider } from '../../src/push/provider';
import { createUniCloudProvider } from '../../src/push/unicloud/unicloud';
import { createWebPushProvider } from '../../src/push/webpush/webpush';
import { listen, listenHttp2, type Http2Handler, type LocalServer } from './local-server';
import { sampleMessage } from './sample-message';

const SECOND = 1_000;

export const rsaKey = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
export const p8Key = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const vapid = createECDH('prime256v1');
vapid.generateKeys();
export const vapidPublicKey = vapid.getPublicKey('base64url');

export const PROVIDER_NAMES = ['unicloud', 'getui', 'fcm', 'apns', 'webpush'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** One request as the provider's server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A provider of ours and, behind a real connection, a server that stands for the provider. */
export interface Stage {
  readonly provider: PushProvider;
  /** Pushes only. */
  readonly pushes: readonly SeenRequest[];
  /** Requests for a token only. */
  readonly tokens: readonly SeenRequest[];
  push(changes?: Partial<PushMessage>, deadlineMs?: number): Promise<PushAnswer>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly name: ProviderName;
  /** Answers a push; its body has been read. */
  readonly answer: RequestListener;
  /** Answers a request for a token; by itself with a good one. */
  readonly answerToken?: (request: SeenRequest, response: ServerResponse, count: number) => void;
}

export async function openStage({ name, answer, answerToken = goodToken }: StageOptions): Promise<Stage> {
  const pushes: SeenRequest[] = [];
  const tokens: SeenRequest[] = [];
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    void buffer(request).then(
      (body) => {
        const seen = {
          path: request.url ?? '',
          headers: request.headers as Record<string, string>,
          body,
        };
        if (/\/(auth|token)$/.test(seen.path)) {
          tokens.push(seen);
          return answerToken(seen, response, tokens.length);
        }
        pushes.push(seen);
        return answer(request, response);
      },
      () => undefined,
    );
  };
  const server =
    name === 'apns' ? await listenHttp2(handler as unknown as Http2Handler) : await listen(handler);
  const provider = PROVIDERS[name](server);
  // The endpoint of a browser is its address.
  const address = name === 'webpush' ? { cid: `${server.url}/wp/our-endpoint` } : {};
  return {
    provider,
    pushes,
    tokens,
    push: (changes = {}, deadlineMs = 5 * SECOND) =>
      provider.send({ ...sampleMessage, ...address, ...changes }, AbortSignal.timeout(deadlineMs)),
    async close() {
      await provider.close?.();
      await server.close();
    },
  };
}

export const goodToken: NonNullable<StageOptions['answerToken']> = ({ path }, response, count) => {
  const getui = {
    code: 0,
    msg: '',
    data: { token: `t-${count}`, expire_time: String(Date.now() + 86_400_000) },
  };
  const google = { access_token: `t-${count}`, expires_in: 3599, token_type: 'Bearer' };
  response.end(JSON.stringify(path.endsWith('/auth') ? getui : google));
};

const PROVIDERS: Readonly<Record<ProviderName, (server: LocalServer) => PushProvider>> = {
  unicloud: ({ url }) => createUniCloudProvider({ url }),
  getui: ({ url }) =>
    createGetuiProvider({ appId: 'app-1', appKey: 'key-1', masterSecret: 'secret-1', urls: [url] }),
  fcm: ({ url }) =>
    createFcmProvider({
      url,
      account: {
        project_id: 'project-1',
        private_key_id: 'rsa-1',
        private_key: rsaKey.privateKey,
        client_email: 'push@project-1.iam.gserviceaccount.com',
        token_uri: `${url}/token`,
      },
    }),
  apns: ({ url, ...rest }) =>
    createApnsProvider({
      key: p8Key.privateKey,
      keyId: 'KEY1234567',
      teamId: 'TEAM123456',
      topic: 'com.example.shop',
      urls: { production: url, sandbox: url },
      ...('ca' in rest && typeof rest.ca === 'string' && { ca: rest.ca }),
    }),
  webpush: () =>
    createWebPushProvider({
      vapidPrivateKey: vapid.getPrivateKey('base64url'),
      subject: 'mailto:ops@shop.example',
      loopback: true,
    }),
};

/** What each provider says when it takes the push of the sample message. */
export const ACCEPTANCE: Readonly<Record<ProviderName, RequestListener>> = {
  unicloud: (_, response) => response.end('{"errCode":0,"data":{"RASS_1":{"our-cid":"successed_online"}}}'),
  getui: (_, response) =>
    response.end('{"code":0,"msg":"","data":{"RASS_1":{"our-cid":"successed_online"}}}'),
  fcm: (_, response) => response.end('{"name":"projects/project-1/messages/1"}'),
  apns: (_, response) => response.end(),
  webpush: (_, response) => response.writeHead(201).end(),
};
