import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { within } from './patience';

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

/** Two polls of 2 s and a crowd before us; what comes later is lost. */
const ARRIVAL_TIMEOUT_MS = 60_000;

interface Expected {
  readonly arrival: Promise<number>;
  readonly arrive: (at: number) => void;
  arrived: boolean;
}

export async function startCloudFunction(): Promise<CloudFunction> {
  const phones = new Map<string, Expected>();
  const surplus: string[] = [];

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
    arrivalAt(cid) {
      return within(ARRIVAL_TIMEOUT_MS, `no push to ${cid}`, phone(cid).arrival);
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
