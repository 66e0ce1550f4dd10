import { createServer } from 'node:net';

/**
 * Below what systems hand out by themselves to who asks for any port (32768 and up on Linux): a port that is free when
 * it is found here would otherwise be given to another suite before its own has taken it.
 */
const FIRST_PORT = 12_000;
const PORTS_OF_A_WORKER = 1_500;

/** Each worker of a run looks in a part of its own; two runs on one machine begin at different places in it. */
const part = FIRST_PORT + Number(process.env.JEST_WORKER_ID ?? 0) * PORTS_OF_A_WORKER;
let next = (process.pid * 37) % PORTS_OF_A_WORKER;

/** Ports that nobody listens at, none of them twice. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = part + next;
    next = (next + 1) % PORTS_OF_A_WORKER;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
