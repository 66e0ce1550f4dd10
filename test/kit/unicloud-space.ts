import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { listen } from '../push/local-server';

const KIT = path.join(__dirname, '../../kit/unicloud/waybell-push');

export interface Deployment {
  /** What stands in config.json; without it there is no such file. */
  readonly config?: unknown;
  /** The configuration of uni-cloud-s2s; without it the module is not there. */
  readonly s2s?: object;
  /** Whether bodies reach the function in base64, as some spaces give them. */
  readonly base64?: boolean;
}

type SendMessage = (message: object) => unknown;
type Main = (event: unknown, context: object) => Promise<unknown>;

/** A service space of uniCloud with the function of the kit in it, at a URL. */
export interface Space {
  readonly url: string;
  /** What uni-push was asked, and for which app. */
  readonly calls: { readonly appId: string; readonly message: object }[];
  /** What uni-push answers, or throws. */
  answer(send: SendMessage): void;
  /** As an app of the space calls a function, by its name. */
  callFunction(data: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** Copies the function as HBuilderX uploads it, and serves it as https://doc.dcloud.net.cn/uniCloud/http says. */
export async function deploy({ config, s2s, base64 = false }: Deployment): Promise<Space> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-space-'));
  await cp(KIT, folder, { recursive: true });
  if (config !== undefined) await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  if (s2s !== undefined) {
    const module = path.join(folder, 'node_modules/uni-cloud-s2s');
    await mkdir(module, { recursive: true });
    await cp(path.join(__dirname, 'uni-cloud-s2s.cjs'), path.join(module, 'index.js'));
    await writeFile(path.join(module, 'config.json'), JSON.stringify(s2s));
  }
  const { main } = (await import(path.join(folder, 'index.js'))) as { readonly main: Main };

  const calls: { appId: string; message: object }[] = [];
  let send: SendMessage = ({ push_clientid }: { push_clientid?: string }) => ({
    errCode: 0,
    errMsg: 'success',
    data: { RASS_1: { [String(push_clientid)]: 'successed_online' } },
  });
  const run: Main = async (event, context) => {
    // One space has many functions; each call sees the uniCloud of its own.
    Object.assign(globalThis, {
      uniCloud: {
        getPushManager: ({ appId }: { appId: string }) => ({
          sendMessage: async (message: object) => {
            calls.push({ appId, message });
            return await Promise.resolve(send(message));
          },
        }),
      },
    });
    return await main(event, context);
  };

  const server = await listen((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://space');
      const event = {
        path: pathname,
        httpMethod: request.method,
        headers: request.headers,
        queryStringParameters: Object.fromEntries(searchParams),
        ...(body.length > 0 && { body: body.toString(base64 ? 'base64' : 'utf8') }),
        isBase64Encoded: base64,
      };
      respond(response, await run(event, { source: 'http' }).catch(thrown));
    })();
  });

  return {
    url: server.url,
    calls,
    answer: (next) => {
      send = next;
    },
    callFunction: (data) => run(data, { source: 'client' }),
    async close() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

interface Composed {
  readonly mpserverlessComposedResponse?: boolean;
  readonly statusCode?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function respond(response: ServerResponse, answer: unknown): void {
  const { mpserverlessComposedResponse, statusCode = 200, headers, body } = answer as Composed;
  if (mpserverlessComposedResponse === true) {
    response.writeHead(statusCode, headers).end(body);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(answer));
}

/** What the platform makes of a function that throws. */
const thrown = (error: unknown): object => ({
  success: false,
  error: { code: 'FunctionBizError', message: error instanceof Error ? error.message : String(error) },
});
