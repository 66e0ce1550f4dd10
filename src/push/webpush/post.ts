import { keepingAgents, sendRequest, type HttpAnswer } from '../send-request';
import { publicLookup } from './public-lookup';

/** A push service closes what is idle for longer by itself. */
const IDLE_MS = 30_000;

export interface EndpointAnswer extends HttpAnswer {
  /** Of Windows only: what became of the message, whatever the status. */
  readonly windowsWord: string | null;
}

export interface GuardedPost {
  /** One POST to an endpoint that was looked at. */
  send(
    endpoint: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<EndpointAnswer>;
  close(): void;
}

/** Connections to public addresses only, kept for the next push. */
export function createGuardedPost({ loopback }: { readonly loopback: boolean }): GuardedPost {
  const agents = keepingAgents({ timeout: IDLE_MS, ...(!loopback && { lookup: publicLookup }) });
  return {
    async send(endpoint, headers, body, signal) {
      const answer = await sendRequest(endpoint, { headers, body, agents }, signal);
      return { ...answer, windowsWord: answer.headers['x-wns-notificationstatus']?.toString() ?? null };
    },
    close() {
      agents.secure.destroy();
      agents.plain.destroy();
    },
  };
}
