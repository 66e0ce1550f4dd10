import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Ports that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  return collect(count, () => 0);
}

/** The same, low enough for Temporal's table of its own processes, whose ports are `smallint`. */
export async function freeLowPorts(count: number): Promise<number[]> {
  return collect(count, () => 20_000 + Math.floor(Math.random() * 12_000));
}

/** All are held until the last one is found: none is given twice. */
async function collect(count: number, choose: () => number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer().listen(choose(), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
