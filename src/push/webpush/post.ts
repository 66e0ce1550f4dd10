import { isIP } from 'node:net';
import { publicLookup } from '../public-lookup';
import { keepingAgents, sendRequest, type HttpAnswer } from '../send-request';

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

/** The push services of Chrome and Edge on Android, Firefox, Edge on Windows, Safari; each with all names below it. */
export const PUSH_SERVICE_HOSTS = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  'push.services.mozilla.com',
  'notify.windows.com',
  'push.apple.com',
] as const;

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const LONGEST = 2_048;

export interface EndpointRules {
  readonly hosts: readonly string[];
  /** For tests: an endpoint on this machine, also over http. */
  readonly loopback: boolean;
}

/**
 * Why a client's endpoint must not be posted to, or `null`: it is a URL that our server opens from inside the shop's
 * network. What its name resolves to is looked at when the connection is made.
 */
export function endpointProblem(endpoint: string, { hosts, loopback }: EndpointRules): string | null {
  if (endpoint.length > LONGEST || !URL.canParse(endpoint)) return 'endpoint is no URL';
  const { protocol, hostname, port, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') return 'endpoint has a password';
  if (loopback && LOOPBACK.includes(hostname)) return null;
  if (protocol !== 'https:') return 'endpoint is not https';
  if (port !== '') return 'endpoint has a port';
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return 'endpoint is an address';
  const isListed = hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
  return isListed ? null : 'endpoint is at no push service';
}
