import { apiUrl } from './api-url';
import type { Config } from './config';
import type { Plaintext } from './exposure';
import { reachOf } from './network-reach';
import type { RegistrationGrace } from './registration-grace';

/** What the settings leave open to others, and the line that closes it. */
export interface OpenDoor {
  readonly what: string;
  readonly fix: string;
}

/** Nothing, where embedded parts answer this machine only: they are for trying. */
export function openDoors(config: Config): OpenDoor[] {
  const reach = reachOf(config.host);
  return [
    ...(config.deviceRegistration === 'open' && reach !== 'machine' ? [withoutKey(config)] : []),
    ...(config.accessTokens.grace ? [withoutToken(config.accessTokens.grace)] : []),
    ...(config.webhookSecrets.length === 0 && (config.database.kind === 'external' || reach !== 'machine')
      ? [UNSIGNED]
      : []),
    ...config.plaintext.filter(({ waived }) => !waived).map(withoutTls),
  ];
}

const UNSIGNED: OpenDoor = {
  what: 'POST /webhook/express/status takes webhooks without proof (UNSIGNED_WEBHOOKS).',
  fix: 'Set WEBHOOK_SECRETS, and let the senders sign; until then let nobody else reach that route.',
};

function withoutKey({ host, port }: Config): OpenDoor {
  return {
    what: `Who reaches ${host}:${port} may register phones, read every notification and retry: nothing asks for a key.`,
    fix: 'Leave HOST away, or set DEVICE_REGISTRATION=key and API_KEYS.',
  };
}

function withoutToken({ lastDay }: RegistrationGrace): OpenDoor {
  return {
    what: `Until ${lastDay} who reaches POST /api/v1/push/register may register a phone for anybody, and get their messages (ANONYMOUS_REGISTRATION_UNTIL).`,
    fix: 'Remove it once every app sends the token of the person; waybell doctor counts those that do not.',
  };
}

function withoutTls({ variable, host }: Plaintext): OpenDoor {
  return {
    what: `${variable}: ${host} is reached without TLS; who listens in that network reads all of it.`,
    fix: `Switch TLS on, or set PLAINTEXT_HOSTS=${host} where the network is yours alone.`,
  };
}

/** A proxy on another machine, or one in a container, finds nobody where HOST was not thought of. */
export function onlyThisMachine(config: Config): string | undefined {
  if (reachOf(config.host) !== 'machine' || config.database.kind === 'embedded') return undefined;
  return `Waybell answers this machine only, at ${apiUrl(config)}. Where a proxy or an app reaches it from elsewhere, set HOST=0.0.0.0.`;
}

/** What is not limited as long as no proxy is named; nothing for embedded parts, which are for trying. */
export function withoutNamedProxy({ trustedProxies, database }: Config): string | undefined {
  if (trustedProxies.length > 0 || database.kind === 'embedded') return undefined;
  return 'No proxy is named in TRUSTED_PROXIES: what comes through one has no limits per address.';
}
