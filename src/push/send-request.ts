/** A real answer of a push provider is under 4 KB; more is an error page, or an attack on our memory. */
export const ANSWER_LIMIT_BYTES = 64 * 1024;

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** As far as the limit: what is longer is no JSON any more, so that only the status counts. */
  readonly body: string;
}

export interface HttpRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One POST, once. Rejects when no whole answer came: the deadline of `signal`, a reset, half a body. */
export async function sendRequest(
  url: string,
  { headers, body }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers },
    body,
    // Not followed either way; 'error' would look like a lost connection and be tried again.
    redirect: 'manual',
    signal,
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await readStart(response.body ?? []),
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
