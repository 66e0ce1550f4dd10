import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a uniCloud function is asked, as far as tests look at it. */
export interface CloudRequest {
  readonly push_clientid: string;
  readonly appid: string;
  readonly title: string;
  readonly content: string;
  readonly request_id: string;
  readonly payload: { readonly notificationId: string };
  readonly settings: { readonly ttl: number };
}

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };

export interface FakeCloudFunction {
  readonly url: string;
  readonly requests: CloudRequest[];
  /** How many requests a phone got so far. */
  countFor(cid: string): number;
  /** Answers of one phone, in order; the last one stays. Everything else is accepted. */
  answer(cid: string, ...answers: Answer[]): void;
  /** Keeps the answers of these phones back until the returned function is called; of all where none is named. */
  hold(...cids: readonly string[]): () => void;
  close(): Promise<void>;
}

export const accepted = (cid: string): Answer => ({
  body: { errCode: 0, errMsg: 'success', data: { RASS_1: { [cid]: 'successed_online' } } },
});
/** A definite "no" to this one message. */
export const refused: Answer = {
  body: { errCode: 'uni-cloud-push-error-20001', errMsg: 'title size over limit' },
};
/** Our keys, not the phone: uni-cloud-s2s does not know our signature. */
export const badKey: Answer = { status: 403, body: { errCode: '51000', errMsg: 'signature is wrong' } };
/** "Later", and certainly not taken: the push service is starting. */
export const starting: Answer = { body: { errCode: 'uni-cloud-push-error-2', errMsg: 'starting' } };
/** "Later" with an unclear end: the message may have been taken. */
export const busy: Answer = { body: { code: 500, msg: '发送失败', error: 'request timeout' } };
export const gone: Answer = { body: { errCode: 'uni-push-user-invalid', errMsg: 'target user is invalid' } };

/** A cloud function that answers over real HTTP in the shapes of the real one. */
export async function startCloudFunction(): Promise<FakeCloudFunction> {
  const requests: CloudRequest[] = [];
  const scripts = new Map<string, Answer[]>();
  const held = new Set<{ readonly cids: readonly string[]; readonly gate: Promise<void> }>();

  const server = createServer((request, response) => {
    void (async () => {
      const body = (await json(request)) as CloudRequest;
      requests.push(body);
      const cid = body.push_clientid;
      const script = scripts.get(cid) ?? [];
      const answer = (script.length > 1 ? script.shift() : script[0]) ?? accepted(cid);
      const gates = [...held].filter(({ cids }) => cids.length === 0 || cids.includes(cid));
      await Promise.all(gates.map(({ gate }) => gate));
      reply(response, answer);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    requests,
    countFor: (cid) => requests.filter(({ push_clientid }) => push_clientid === cid).length,
    answer: (cid, ...answers) => scripts.set(cid, answers),
    hold(...cids) {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const one = { cids, gate };
      held.add(one);
      return () => {
        held.delete(one);
        open();
      };
    },
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function reply(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
