import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { accepted, type CloudRequest } from './cloud-function';

/** One request, and what became of it. */
export interface Try {
  readonly cid: string;
  readonly requestId: string;
  /** `timeout`: no answer at all. */
  readonly answer: 'accepted' | '503' | '429' | 'timeout';
  /** Whether the provider took the message, whatever it answered. */
  readonly taken: boolean;
}

export interface UnreliableFunction {
  readonly url: string;
  readonly tries: readonly Try[];
  close(): Promise<void>;
}

/**
 * A cloud function of which three answers in ten are no good: a tenth each is 503, 429, and none at all. Half of
 * the 503 and of the silences have taken the message before.
 */
export async function startUnreliableFunction(): Promise<UnreliableFunction> {
  const tries: Try[] = [];
  const random = repeatableRandom(20260206);
  const server = createServer((request, response) => {
    void (async () => {
      const { push_clientid: cid, request_id: requestId } = (await json(request)) as CloudRequest;
      const chance = random();
      const answer = chance < 0.1 ? '503' : chance < 0.2 ? '429' : chance < 0.3 ? 'timeout' : 'accepted';
      const taken = answer === 'accepted' || (answer !== '429' && random() < 0.5);
      tries.push({ cid, requestId, answer, taken });
      if (answer === 'timeout') return;
      response.writeHead(answer === 'accepted' ? 200 : Number(answer), {
        'content-type': 'application/json',
      });
      response.end(JSON.stringify(answer === 'accepted' ? accepted(cid).body : {}));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    tries,
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** Park and Miller's minimal standard generator: the same trouble in every run. */
function repeatableRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
