import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

export interface ProjectKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function createProjectKey(alg: string, kid: string): Promise<ProjectKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
}

/** What Supabase Auth signs for a person who is signed in. */
export function signToken(
  { alg, kid, privateKey }: Pick<ProjectKey, 'alg' | 'kid' | 'privateKey'>,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT', ...header }).sign(privateKey);
}

export interface JwksAnswer {
  readonly status: number;
  readonly text: string;
  readonly hangs?: true;
}

/** The JWKS of a project: what it answers, and how often it was asked, are the test's. */
export interface JwksServer {
  /** As Supabase Auth has it. */
  readonly url: string;
  readonly issuer: string;
  readonly state: { answer: JwksAnswer; asked: number };
  show(keys: readonly ProjectKey[]): void;
  close(): Promise<void>;
}

export async function openJwksServer(): Promise<JwksServer> {
  const state: JwksServer['state'] = { answer: { status: 200, text: '{"keys":[]}' }, asked: 0 };
  const server = createServer((_request, response) => {
    state.asked += 1;
    if (state.answer.hangs) return;
    response
      .writeHead(state.answer.status, { 'content-type': 'application/json', location: '/elsewhere' })
      .end(state.answer.text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/v1`;
  return {
    url: `${issuer}/.well-known/jwks.json`,
    issuer,
    state,
    show: (keys) => {
      state.answer = { status: 200, text: JSON.stringify({ keys: keys.map(({ publicJwk }) => publicJwk) }) };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
