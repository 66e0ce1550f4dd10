import http from 'node:http';
import https from 'node:https';
import { readStart, type HttpAnswer } from '../send-request';
import { publicLookup } from './public-lookup';

/** A push service closes what is idle for longer by itself. */
const IDLE_MS = 30_000;

export interface GuardedPost {
  /** One POST to an endpoint that was looked at; a redirect is an answer like any other. */
  send(
    endpoint: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<HttpAnswer>;
  close(): void;
}

/** Connections to public addresses only, kept for the next push. Not `fetch`: its connections cannot be pinned. */
export function createGuardedPost({ loopback }: { readonly loopback: boolean }): GuardedPost {
  const options = { keepAlive: true, timeout: IDLE_MS, ...(!loopback && { lookup: publicLookup }) };
  const secure = new https.Agent(options);
  const plain = new http.Agent(options);

  return {
    async send(endpoint, headers, body, signal) {
      const isSecure = endpoint.startsWith('https:');
      const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
        (isSecure ? https : http)
          .request(endpoint, { method: 'POST', agent: isSecure ? secure : plain, headers, signal })
          .once('response', resolve)
          .once('error', reject)
          .end(body);
      });
      return {
        status: response.statusCode ?? 0,
        retryAfter: response.headers['retry-after'] ?? null,
        body: await readStart(response),
      };
    },
    close() {
      secure.destroy();
      plain.destroy();
    },
  };
}
