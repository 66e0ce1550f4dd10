/** A real answer of a push provider is under 1 KB; more is an error page, or an attack on our memory. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** As far as the limit: what is longer is no JSON any more, so that only the status counts. */
  readonly body: string;
}

/** One request, once. Rejects when no whole answer came: the deadline of `signal`, a reset, half a body. */
export async function postJson(url: string, body: unknown, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    // Not followed either way; 'error' would look like a lost connection and be tried again.
    redirect: 'manual',
    signal,
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await readStart(response),
  };
}

async function readStart(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream and with it the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `ECONNRESET`, `TimeoutError`, …: never the URL, which may hold a key. */
export function nameOfFailure(error: unknown): string {
  // Not `instanceof Error`: fetch may reject with the abort signal's reason, which can be anything.
  const { name, cause } = Object(error) as { name?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? name ?? 'unknown error';
}
