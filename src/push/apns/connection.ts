import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { EndedEarlyError, nameOfFailure } from '../attempt';
import { NOT_CONNECTED, retry, toAnswer, type Ruling } from '../ruling';
import { readStart, type HttpAnswer } from '../send-request';

/** The server had said goodbye before our request was on its way: it took nothing. */
const CLOSED_BEFORE = retry('connection_closed', 0);
const TIMEOUT_BEFORE = retry('timeout', 10);

type Headers = Readonly<Record<string, string>>;

export interface ApnsConnection {
  /**
   * One request on a stream of its own.
   * @throws {EndedEarlyError} when it certainly did not reach the server.
   */
  request(headers: Headers, body: string, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** One HTTP/2 connection with many streams, opened when it is needed and again when it is lost. */
export function createConnection(origin: string, tls: { readonly ca?: string } = {}): ApnsConnection {
  let session: ClientHttp2Session | undefined;
  let heard = 0;

  const forget = (gone: ClientHttp2Session): void => {
    if (session === gone) session = undefined;
  };

  function open(): ClientHttp2Session {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = connect(origin, tls);
    // Each stream reports it too.
    opened.on('error', () => undefined);
    opened.on('goaway', () => forget(opened));
    opened.on('close', () => forget(opened));
    session = opened;
    return opened;
  }

  async function exchange(stream: ClientHttp2Stream, body: string): Promise<HttpAnswer> {
    const response = headersOf(stream);
    stream.end(body);
    const headers = await response;
    heard += 1;
    return {
      status: headers[':status'] ?? 0,
      retryAfter: headers['retry-after'] ?? null,
      body: await readStart(stream),
    };
  }

  return {
    async request(headers, body, signal) {
      const heardBefore = heard;
      const used = open();
      let stream: ClientHttp2Stream | undefined;
      try {
        stream = used.request({ ':method': 'POST', ...headers }, { signal });
        return await exchange(stream, body);
      } catch (error) {
        // Nothing at all came since: the connection may be dead without anybody having said so.
        if (signal.aborted && heard === heardBefore) retire(used);
        const ruling = rulingOnUnsent(error, stream, signal);
        throw ruling ? new EndedEarlyError(toAnswer(ruling, nameOfFailure(error))) : error;
      }
    },
    async close() {
      const last = session;
      session = undefined;
      if (last?.connecting) last.destroy();
      else if (last && !last.destroyed) await new Promise<void>((resolve) => last.close(resolve));
    },
  };

  /** Streams that are open may end; new ones go elsewhere. */
  function retire(used: ClientHttp2Session): void {
    forget(used);
    if (used.connecting) used.destroy();
    else used.close();
  }
}

interface ResponseHeaders {
  readonly ':status'?: number;
  readonly 'retry-after'?: string;
}

function headersOf(stream: ClientHttp2Stream): Promise<ResponseHeaders> {
  return new Promise((resolve, reject) => {
    // A stream that the server cancels ends without an error.
    const onClose = (): void => reject(new Error('the stream was closed'));
    stream.once('response', (headers: ResponseHeaders) => {
      // Every stream closes: an error that nobody gets is not for free.
      stream.removeListener('close', onClose);
      resolve(headers);
    });
    stream.once('error', reject);
    stream.once('close', onClose);
  });
}

/** `null` when the request may have arrived. */
function rulingOnUnsent(
  error: unknown,
  stream: ClientHttp2Stream | undefined,
  signal: AbortSignal,
): Ruling | null {
  const isSaidGoodbye = nameOfFailure(error).endsWith('_SESSION') && stream === undefined;
  if (isSaidGoodbye || stream?.rstCode === constants.NGHTTP2_REFUSED_STREAM) return CLOSED_BEFORE;
  if (stream?.id !== undefined) return null;
  return signal.aborted ? TIMEOUT_BEFORE : NOT_CONNECTED;
}
