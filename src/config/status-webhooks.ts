import { z } from 'zod';
import { digestOf, reachProblem, readOutgoingUrl, sortUrls } from './outgoing-urls';
import { list, WHSEC } from './setting-fields';

/** Who is told each change of a status by a signed webhook. */
export interface Receiver {
  /** For people, logs and tables: a digest of its URL. */
  readonly id: string;
  /** Without its secrets. */
  readonly url: string;
  /** What is signed with: several while they are changed. */
  readonly secrets: readonly string[];
}

export interface StatusWebhookSettings {
  readonly receivers: readonly Receiver[];
  /** Hosts inside the shop's network, which receivers may be at, also over http. */
  readonly receiverPrivateHosts: readonly string[];
}

/** Each is told by itself; more are a mistake. */
const MOST_RECEIVERS = 10;
const MOST_SECRETS = 3;

/** @returns the receiver, or what is wrong with its URL: never a part of it */
function readReceiver(text: string): Receiver | string {
  const read = readOutgoingUrl(text);
  if (typeof read === 'string') return read;
  const secrets = read.secret.split(';');
  if (secrets.length > MOST_SECRETS || !secrets.every((secret) => WHSEC.pattern.test(secret)))
    return `needs a secret after #, or ${MOST_SECRETS} at most with ; between: ${WHSEC.words}`;
  return { id: `receiver-${digestOf(read.url)}`, url: read.url.href, secrets };
}

const receivers = list.transform((texts, context): Receiver[] => {
  const { found, problems } = sortUrls(texts.map(readReceiver), MOST_RECEIVERS);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return found;
});

export const statusWebhookFields = {
  STATUS_WEBHOOKS: receivers.default([]),
  STATUS_WEBHOOK_PRIVATE_HOSTS: list.default([]),
};

type StatusWebhookVariables = z.output<z.ZodObject<typeof statusWebhookFields>>;

export function statusWebhooksOf(env: StatusWebhookVariables): StatusWebhookSettings {
  return {
    receivers: env.STATUS_WEBHOOKS,
    receiverPrivateHosts: env.STATUS_WEBHOOK_PRIVATE_HOSTS.map((host) => host.toLowerCase()),
  };
}

/** Each line names the variable to change. */
export function statusWebhookContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const read = z.object(statusWebhookFields).safeParse(given);
  // A wrong value is told by itself.
  if (!read.success) return [];
  const { receivers: found, receiverPrivateHosts: privateHosts } = statusWebhooksOf(read.data);
  const named = 'STATUS_WEBHOOK_PRIVATE_HOSTS';
  return found.flatMap((one) =>
    reachProblem(one, { privateHosts, named }).map((words) => `STATUS_WEBHOOKS: ${words}`),
  );
}
