import { createServer, type RequestListener } from 'node:http';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { generate } from 'selfsigned';

export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine. */
export async function listen(handler: RequestListener): Promise<LocalServer> {
  const server = createServer(handler);
  return {
    url: `http://127.0.0.1:${await portOf(server)}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

export interface LocalHttp2Server extends LocalServer {
  /** What a client has to trust. */
  readonly ca: string;
  /** Every connection that was ever made, in order. */
  readonly sessions: readonly ServerHttp2Session[];
}

export type Http2Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/** A real HTTP/2 server with TLS, as APNs is one. */
export async function listenHttp2(handler: Http2Handler): Promise<LocalHttp2Server> {
  const { private: key, cert } = await certificate;
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ key, cert }, handler);
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  return {
    url: `https://127.0.0.1:${await portOf(server)}`,
    ca: cert,
    sessions,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

const certificate = generate([{ name: 'commonName', value: '127.0.0.1' }], {
  keyType: 'ec',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
});

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
