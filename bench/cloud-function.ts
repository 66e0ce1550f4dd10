import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** The outside party: accepts every push at once, and remembers when each came. */
export interface CloudFunction {
  readonly url: string;
  /** When the push to a phone came (`performance.now()`), as soon as it has. */
  arrivalAt(cid: string): Promise<number>;
  /** The phones that got more than one push. Every phone of the bench is to get exactly one. */
  readonly surplus: readonly string[];
  /** Forgets the surplus of these phones, whose system promises no more. @returns how much it was */
  excuse(cids: ReadonlySet<string>): number;
  close(): Promise<void>;
}

/** Of a crowd each waits for those before it; when nobody gets anything for so long, the rest is lost. */
const QUIET_MS = 120_000;

interface Expected {
  readonly arrival: Promise<number>;
  readonly arrive: (at: number) => void;
  arrived: boolean;
}

export async function startCloudFunction(): Promise<CloudFunction> {
  const phones = new Map<string, Expected>();
  const surplus: string[] = [];
  let latest = 0;

  function phone(cid: string): Expected {
    const known = phones.get(cid);
    if (known) return known;
    let arrive: Expected['arrive'] = () => undefined;
    const arrival = new Promise<number>((resolve) => (arrive = resolve));
    const expected = { arrival, arrive, arrived: false };
    phones.set(cid, expected);
    return expected;
  }

  const server = createServer((request, response) => {
    const at = performance.now();
    latest = at;
    void json(request).then((body) => {
      const { push_clientid: cid } = body as { push_clientid: string };
      const expected = phone(cid);
      if (expected.arrived) surplus.push(cid);
      expected.arrived = true;
      expected.arrive(at);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ errCode: 0, errMsg: '', data: { RASS_1: { [cid]: 'successed_online' } } }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    async arrivalAt(cid) {
      const askedAt = performance.now();
      for (;;) {
        const left = Math.max(askedAt, latest) + QUIET_MS - performance.now();
        if (left <= 0) throw new Error(`no push to ${cid}, and none to anybody for ${QUIET_MS / 1_000} s`);
        const over = new AbortController();
        const waited = sleep(left, undefined, { signal: over.signal }).catch(() => undefined);
        const arrival = await Promise.race([phone(cid).arrival, waited]);
        over.abort();
        if (arrival !== undefined) return arrival;
      }
    },
    surplus,
    excuse(cids) {
      const before = surplus.length;
      surplus.splice(0, before, ...surplus.filter((cid) => !cids.has(cid)));
      return before - surplus.length;
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
