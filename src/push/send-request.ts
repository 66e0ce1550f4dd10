import http from 'node:http';
import https from 'node:https';

/** A real answer of a push provider is under 4 KB; more is an error page, or an attack on our memory. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** As far as the limit: what is longer is no JSON any more, so that only the status counts. */
  readonly body: string;
}

export interface HttpAnswerWithHeaders extends HttpAnswer {
  readonly headers: http.IncomingHttpHeaders;
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly agents?: Agents;
}

/** Who keep connections for the next request. */
export interface Agents {
  readonly secure: https.Agent;
  readonly plain: http.Agent;
}

export function keepingAgents(options: https.AgentOptions): Agents {
  const kept = { keepAlive: true, ...options };
  return { secure: new https.Agent(kept), plain: new http.Agent(kept) };
}

/** Servers of Node.js close after 5 s: a push on a connection that is just being closed would be lost. */
export const IDLE_MS = 4_000;
const shared = keepingAgents({ timeout: IDLE_MS });

/** Some gateways turn away a client that has no name. */
const USER_AGENT = 'waybell';

/**
 * One POST, once; a redirect is an answer like any other. Rejects when no whole answer came: the deadline of
 * `signal`, a reset, half a body. Not `fetch`: it takes twice the processor time, and cannot look at addresses.
 */
export async function sendRequest(
  url: string,
  { headers, body, agents = shared }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswerWithHeaders> {
  const target = new URL(url);
  const [scheme, agent] = target.protocol === 'https:' ? [https, agents.secure] : [http, agents.plain];
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    // Else a server that switches protocols gives neither an answer nor an error, and no signal ends the wait.
    const onClose = (): void => reject(new Error('closed without an answer'));
    scheme
      .request(target, { method: 'POST', agent, headers: { 'user-agent': USER_AGENT, ...headers }, signal })
      .once('response', function (this: http.ClientRequest, answer: http.IncomingMessage) {
        // Every request closes: an error that nobody gets is not for free.
        this.removeListener('close', onClose);
        resolve(answer);
      })
      .once('close', onClose)
      // Stays: an abort while the body is read is told here too, and without a listener ends the process.
      .on('error', reject)
      .end(body);
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    retryAfter: response.headers['retry-after'] ?? null,
    body: await readStart(response),
  };
}

export async function sendJson(
  url: string,
  body: unknown,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> {
  const request = { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  return sendRequest(url, request, signal);
}

/** The body as far as the limit. Leaving it there cancels the stream, and with it the request. */
export async function readStart(stream: unknown): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > ANSWER_LIMIT_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Why a request has no answer, for people.
 * @param deadline the signal of how long it was waited for
 */
export function describeFailure(error: unknown, deadline: AbortSignal, answerMs: number): string {
  if (deadline.aborted) return `no answer within ${answerMs / 1_000} s`;
  const { name = '', message = '', code } = error as Partial<NodeJS.ErrnoException>;
  if (message === 'aborted') return 'its answer broke off';
  return message === '' ? (code ?? name) : message;
}
