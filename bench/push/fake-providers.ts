import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerParent } from './ask';
import { CONTENT, problemsOf, TITLE, type Batch } from './batch';
import type { Keys } from './keys';
import type { Urls } from './systems/system';
import { ANSWER_AFTER_MS, MOST_STREAMS, WIRES } from './wires';
import type { ProviderName, Seen, Wire } from './wires';

/**
 * The outside party, a process of its own: APNs at a server of HTTP/2, all others at one of HTTP/1.1, both with TLS.
 * It answers after a while, and keeps what came until it is asked about it.
 */

/** `null`: where are you? Otherwise: did exactly these come? */
export type Question = { readonly provider: ProviderName; readonly batch: Batch } | null;

/** What one batch cost the fake itself. */
export interface Taken {
  readonly processorMs: number;
}

/** Connections stay open between the rounds, as at busy providers. */
const KEEP_ALIVE_MS = 60_000;

const TOKENS: Readonly<Record<string, string>> = {
  '/v2/app-1/auth': `{"code":0,"msg":"success","data":{"token":"t-1","expire_time":"${Date.now() + 86_400_000}"}}`,
  '/token': '{"access_token":"t-1","expires_in":3599,"token_type":"Bearer"}',
};

const keys = JSON.parse(process.env['KEYS'] ?? '') as Keys;
const wires = Object.values<Wire>(WIRES);
let pushes: Seen[] = [];
let usage = process.cpuUsage();

interface Reply {
  readonly status: number;
  readonly body: string;
}

async function receive(seen: Seen): Promise<Reply> {
  const token = TOKENS[seen.path];
  if (token !== undefined) return { status: 200, body: token };
  const wire = wires.find(({ path }) => path.test(seen.path));
  const credentials = wire?.credentials;
  if (!wire || (credentials && !credentials.value.test(String(seen.headers[credentials.header])))) {
    return { status: 403, body: '' };
  }
  pushes.push(seen);
  await sleep(ANSWER_AFTER_MS);
  return { status: wire.status, body: wire.answer(wire.target(seen)) };
}

const http1 = createServer({ ...keys.tls, keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  void buffer(request)
    .then((body) => receive({ path: request.url ?? '', headers: request.headers, body }))
    .then(({ status, body }) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      response.writeHead(status, headers).end(body);
    });
});

const apns = createSecureServer({ ...keys.tls, settings: { maxConcurrentStreams: MOST_STREAMS } });
apns.on('stream', (stream, headers) => {
  void buffer(stream)
    .then((body) => receive({ path: headers[':path'] ?? '', headers, body }))
    .then(({ status }) => {
      stream.respond(
        { ':status': status, 'apns-id': headers['apns-id'] ?? randomUUID() },
        { endStream: true },
      );
    });
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** @throws {Error} when not every phone of the batch got exactly one push with the right text. */
function account(provider: ProviderName, batch: Batch): Taken {
  const { user, system } = process.cpuUsage(usage);
  const came = pushes;
  pushes = [];
  const wire: Wire = WIRES[provider];
  const problems = problemsOf(
    batch,
    came.map((seen) => wire.target(seen)),
  );
  const wrong = came.filter((seen) => {
    const { title, body } = wire.text(seen, keys);
    return !wire.path.test(seen.path) || title !== TITLE || body !== CONTENT;
  });
  if (wrong.length > 0) problems.push(`${wrong.length} of ${batch.count} pushes say something else`);
  if (problems.length > 0) throw new Error(`${provider}: ${problems.join(', ')}`);
  usage = process.cpuUsage();
  return { processorMs: (user + system) / 1_000 };
}

const urls = Promise.all([listen(http1), listen(apns)]).then(([first, second]): Urls => {
  return { http1: first, apns: second };
});

answerParent(async ({ question }: { readonly question: Question }) =>
  question === null ? urls : account(question.provider, question.batch),
);
