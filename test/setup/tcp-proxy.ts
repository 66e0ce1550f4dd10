import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server of this machine that can be cut, or lose what it carries. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection, and every new one at once, until `mend`. */
  cut(): void;
  /**
   * Carries nothing more over the connections that are open, and says so to neither end: not even that the other one
   * has closed. With `all`, new ones are silent too, until `mend`. What was silent once stays silent.
   */
  silence(which: 'open' | 'all'): void;
  mend(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const silent = new WeakSet<Socket>();
  let state: 'carries' | 'cut' | 'silent' = 'carries';
  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.pipe(to);
      const endOther = (): void => void (silent.has(from) || to.destroy());
      from.on('error', endOther).on('close', () => {
        endOther();
        open.delete(from);
      });
    }
    if (state === 'silent') [near, far].forEach(hush);
  });
  const hush = (socket: Socket): void => {
    silent.add(socket);
    // What arrives is taken and dropped, as by a network that loses it.
    socket.unpipe().on('data', () => undefined);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = (): void => open.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      cutAll();
    },
    silence(which) {
      if (which === 'all') state = 'silent';
      open.forEach(hush);
    },
    mend() {
      state = 'carries';
    },
    async close() {
      cutAll();
      await once(server.close(), 'close');
    },
  };
}
