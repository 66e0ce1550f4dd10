import { apiUrl } from './api-url';
import type { Config } from './config';
import type { Plaintext } from './exposure';
import { reachOf } from './network-reach';
import type { RegistrationGrace } from './registration-grace';
import type { Explanation } from '../shipment/explanation';

/** What the settings leave open to others, and the line that closes it. */
export interface OpenDoor {
  readonly what: Explanation;
  readonly fix: Explanation;
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
  what: {
    en: 'POST /webhook/express/status takes webhooks without proof (UNSIGNED_WEBHOOKS).',
    zh: 'POST /webhook/express/status 不验证签名就接受 webhook（UNSIGNED_WEBHOOKS）。',
  },
  fix: {
    en: 'Set WEBHOOK_SECRETS, and let the senders sign; until then let nobody else reach that route.',
    zh: '请设置 WEBHOOK_SECRETS，并让发送方签名；在此之前，不要让其他人访问该接口。',
  },
};

function withoutKey({ host, port }: Config): OpenDoor {
  return {
    what: {
      en: `Who reaches ${host}:${port} may register phones, read every notification and retry: nothing asks for a key.`,
      zh: `能访问 ${host}:${port} 的人都可以注册手机、读取所有通知并重试：没有任何地方要求密钥。`,
    },
    fix: {
      en: 'Leave HOST away, or set DEVICE_REGISTRATION=key and API_KEYS.',
      zh: '请去掉 HOST，或设置 DEVICE_REGISTRATION=key 和 API_KEYS。',
    },
  };
}

function withoutToken({ lastDay }: RegistrationGrace): OpenDoor {
  return {
    what: {
      en: `Until ${lastDay} who reaches POST /api/v1/push/register may register a phone for anybody, and get their messages (ANONYMOUS_REGISTRATION_UNTIL).`,
      zh: `直到 ${lastDay}，能访问 POST /api/v1/push/register 的人可以替任何人注册手机，并收到其消息（ANONYMOUS_REGISTRATION_UNTIL）。`,
    },
    fix: {
      en: 'Remove it once every app sends the token of the person; waybell doctor counts those that do not.',
      zh: '等所有 App 都发送个人的令牌之后，请删除它；waybell doctor 会统计还没有这样做的。',
    },
  };
}

function withoutTls({ variable, host }: Plaintext): OpenDoor {
  return {
    what: {
      en: `${variable}: ${host} is reached without TLS; who listens in that network reads all of it.`,
      zh: `${variable}：连接 ${host} 没有使用 TLS；在该网络中监听的人能读到全部内容。`,
    },
    fix: {
      en: `Switch TLS on, or set PLAINTEXT_HOSTS=${host} where the network is yours alone.`,
      zh: `请打开 TLS；如果网络只属于自己，可设置 PLAINTEXT_HOSTS=${host}。`,
    },
  };
}

/** A proxy on another machine, or one in a container, finds nobody where HOST was not thought of. */
export function onlyThisMachine(config: Config): Explanation | undefined {
  if (reachOf(config.host) !== 'machine' || config.database.kind === 'embedded') return undefined;
  return {
    en: `Waybell answers this machine only, at ${apiUrl(config)}. Where a proxy or an app reaches it from elsewhere, set HOST=0.0.0.0.`,
    zh: `Waybell 只应答本机，地址是 ${apiUrl(config)}。如果代理或 App 从别处访问它，请设置 HOST=0.0.0.0。`,
  };
}

/** What is not limited as long as no proxy is named; nothing for embedded parts, which are for trying. */
export function withoutNamedProxy({ trustedProxies, database }: Config): Explanation | undefined {
  if (trustedProxies.length > 0 || database.kind === 'embedded') return undefined;
  return {
    en: 'No proxy is named in TRUSTED_PROXIES: what comes through one has no limits per address.',
    zh: 'TRUSTED_PROXIES 中没有写代理：经过代理的请求没有按地址的限制。',
  };
}
