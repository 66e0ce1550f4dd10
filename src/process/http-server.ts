import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './supervisor';

/** Requests under way may end; streams to open pages would never. */
const DRAIN_MS = 2_000;

/**
 * What one who sends slowly, or opens many connections, may hold: a head comes within 10 s and a whole request within
 * 30 s, on at most 1,000 connections a port; more are closed at once. Streams of answers may last.
 */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
const MAX_CONNECTIONS = 1_000;

/** Serves `app` on one port. */
export async function listen(app: RequestListener, port: number, host: string): Promise<Running> {
  const server = createServer(LIMITS, app);
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    name: `HTTP on ${port}`,
    stop: async () => {
      const closed = once(server.close(), 'close');
      await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
    },
  };
}
