import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from './supervisor';

/** Requests under way may end; streams to open pages would never. */
const DRAIN_MS = 2_000;

/** Serves `app` on one port. */
export async function listen(app: RequestListener, port: number, host: string): Promise<Running> {
  const server = createServer(app);
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
