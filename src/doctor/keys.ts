import { decode, sign, TokenExpiredError, verify } from 'jsonwebtoken';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SupabaseKey, SupabaseKeys } from '../config/supabase-keys';
import type { Explanation } from '../shipment/explanation';
import { ok, problem, warning, type Seen } from './check';

export interface KeyChoices {
  /** As PostgREST and Supabase Auth have it. Without one, a new one is made. */
  readonly secret?: string;
  readonly issuer: string;
  readonly years: number;
  readonly audience?: string;
}

export interface GeneratedKeys {
  readonly secret: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

const YEAR_S = 365 * 24 * 60 * 60;
/** 256 bits, as long as the digest of HS256; letters and digits, so that no file needs quotes around it. */
const SECRET_BYTES = 32;

/** Makes the two keys of a self-hosted Supabase, as its own page does: https://supabase.com/docs/guides/self-hosting/docker */
export function generateKeys({ secret = newSecret(), issuer, years, audience }: KeyChoices): GeneratedKeys {
  const keyFor = (role: string): string =>
    sign({ role }, secret, {
      algorithm: 'HS256',
      issuer,
      expiresIn: years * YEAR_S,
      ...(audience !== undefined && { audience }),
    });
  return { secret, anonKey: keyFor('anon'), serviceRoleKey: keyFor('service_role') };
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}

const DAY_MS = 24 * 60 * 60_000;
/** Enough to plan the change of a key that many places hold. */
const RENEW_BEFORE_MS = 30 * DAY_MS;

const HOW_TO_RENEW: Explanation = {
  en: 'Make new keys for this secret with "waybell keys generate --secret-stdin", put them into Supabase’s .env and the gateway, and restart both.',
  zh: '用 waybell keys generate --secret-stdin 为这个 secret 生成新的密钥，写入 Supabase 的 .env 和网关，并重新启动两者。',
};

const claims = z.object({
  role: z.string().max(64).optional(),
  exp: z.number().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

/** What a key says of itself; whether it is true only its secret tells. */
export interface KeyFacts {
  /** A token; one of Supabase's new keys, which is none; or neither. */
  readonly kind: 'jwt' | 'new' | 'other';
  readonly role: string | null;
  readonly audience: readonly string[];
  /** Milliseconds since 1970; `null` without an end. */
  readonly expiresAt: number | null;
}

const NEW_KEY = /^sb_(publishable|secret)_/;

export function factsOfKey(value: string): KeyFacts {
  const kind = NEW_KEY.exec(value)?.[1];
  if (kind !== undefined)
    return { kind: 'new', role: kind === 'secret' ? 'service_role' : 'anon', audience: [], expiresAt: null };
  const { data } = claims.safeParse(decode(value));
  if (data === undefined) return { kind: 'other', role: null, audience: [], expiresAt: null };
  const { role = null, aud = [], exp } = data;
  return {
    kind: 'jwt',
    role,
    audience: typeof aud === 'string' ? [aud] : aud,
    expiresAt: exp === undefined ? null : exp * 1000,
  };
}

/** Looks at every key of a project, and at what PostgREST and they name as their audience. Never shows any. */
export function judgeKeys({ keys, audience }: SupabaseKeys, secret: string, now: number): Seen[] {
  const judged = keys.map((key) => judgeKey(key, secret, now, audience));
  const named = keys.map(({ variable, value }) => ({ variable, aud: factsOfKey(value).audience.join(', ') }));
  const differs = named.find(({ aud }) => aud !== named[0]?.aud);
  if (audience !== undefined || differs === undefined) return judged;
  const [first] = named;
  return [
    ...judged,
    warning(
      {
        en: `${first?.variable} names the aud ${first?.aud || 'none'}, and ${differs.variable} ${differs.aud || 'none'}.`,
        zh: `${first?.variable} 的 aud 是 ${first?.aud || '（无）'}，而 ${differs.variable} 的是 ${differs.aud || '（无）'}。`,
      },
      {
        en: 'PostgREST takes one (PGRST_JWT_AUD): set that variable here too, to compare both with it.',
        zh: 'PostgREST 只接受一个（PGRST_JWT_AUD）：请在这里也设置该变量，以便与两者比较。',
      },
    ),
  ];
}

/** Looks whether a key of Supabase was signed with the secret, for whom, and until when. Never shows either. */
export function judgeKey(
  { variable, role, value }: SupabaseKey,
  secret: string,
  now: number,
  audience?: string,
): Seen {
  const facts = factsOfKey(value);
  if (facts.kind === 'new') {
    return warning(
      {
        en: `${variable} is one of Supabase’s new keys, which no secret has signed.`,
        zh: `${variable} 是 Supabase 的新式密钥，不由任何 secret 签发。`,
      },
      {
        en: 'Nothing to verify: compare it with the page API Keys of the project.',
        zh: '无法验证：请与项目的 API Keys 页面核对。',
      },
    );
  }
  const algorithm = decode(value, { complete: true })?.header.alg;
  if (algorithm === undefined)
    return problem(
      { en: `${variable} is no JWT.`, zh: `${variable} 不是 JWT。` },
      { en: 'Copy the whole key, without quotes.', zh: '请复制完整的密钥，不带引号。' },
    );
  if (algorithm !== 'HS256') {
    return problem(
      {
        en: `${variable} is signed with ${algorithm.slice(0, 16)}, not with a secret (HS256).`,
        zh: `${variable} 的签名算法是 ${algorithm.slice(0, 16)}，不是用 secret 签发（HS256）。`,
      },
      { en: 'Use the legacy keys.', zh: '请使用旧式（legacy）密钥。' },
    );
  }
  if (!isSignedWith(value, secret)) {
    return isSignedWith(value, Buffer.from(secret, 'base64'))
      ? problem(
          {
            en: `${variable} fits only if the secret is read as base64; PostgREST and Waybell read it as text.`,
            zh: `只有把 secret 当作 base64 读取，${variable} 才相符；PostgREST 和 Waybell 都把它当作文本。`,
          },
          {
            en: 'Make keys for the text, or set PGRST_JWT_SECRET_IS_BASE64 and decode the secret for Waybell.',
            zh: '请按文本重新生成密钥，或者设置 PGRST_JWT_SECRET_IS_BASE64，并把解码后的 secret 交给 Waybell。',
          },
        )
      : problem(
          {
            en: `${variable} was not signed with this secret (PGRST301).`,
            zh: `${variable} 不是用这个 secret 签发的（PGRST301）。`,
          },
          HOW_TO_RENEW,
        );
  }
  if (facts.role === null)
    return problem(
      { en: `${variable} names no role.`, zh: `${variable} 没有写明角色（role）。` },
      HOW_TO_RENEW,
    );
  if (facts.role !== role) {
    return problem(
      {
        en: `${variable} is a key for ${facts.role}, not for ${role}.`,
        zh: `${variable} 是 ${facts.role} 的密钥，不是 ${role} 的。`,
      },
      { en: 'The two keys may be swapped: compare the names.', zh: '两个密钥可能放反了：请核对名称。' },
    );
  }
  // PostgREST takes a token that names nobody from everybody.
  if (audience !== undefined && facts.audience.length > 0 && !facts.audience.includes(audience)) {
    return problem(
      {
        en: `${variable} names the aud ${facts.audience.join(', ')}, and PostgREST takes ${audience} (PGRST_JWT_AUD).`,
        zh: `${variable} 的 aud 是 ${facts.audience.join(', ')}，而 PostgREST 接受的是 ${audience}（PGRST_JWT_AUD）。`,
      },
      {
        en: 'Make keys with "waybell keys generate --secret-stdin --audience", or change PGRST_JWT_AUD of rest.',
        zh: '请用 waybell keys generate --secret-stdin --audience 生成密钥，或修改 rest 的 PGRST_JWT_AUD。',
      },
    );
  }
  return judgeEnd(variable, role, facts.expiresAt, now);
}

function judgeEnd(variable: string, role: string, expiresAt: number | null, now: number): Seen {
  if (expiresAt === null)
    return ok({
      en: `${variable} fits the secret: role ${role}, without an end.`,
      zh: `${variable} 与 secret 相符：角色 ${role}，没有期限。`,
    });
  const day = new Date(expiresAt).toISOString().slice(0, 10);
  if (expiresAt <= now)
    return problem(
      { en: `${variable} has expired on ${day}.`, zh: `${variable} 已于 ${day} 过期。` },
      HOW_TO_RENEW,
    );
  if (expiresAt - now < RENEW_BEFORE_MS)
    return warning(
      { en: `${variable} expires on ${day}.`, zh: `${variable} 将于 ${day} 过期。` },
      HOW_TO_RENEW,
    );
  return ok({
    en: `${variable} fits the secret: role ${role}, until ${day}.`,
    zh: `${variable} 与 secret 相符：角色 ${role}，有效至 ${day}。`,
  });
}

/** An expired key has a good signature all the same. */
function isSignedWith(token: string, secret: string | Buffer): boolean {
  try {
    verify(token, secret, { algorithms: ['HS256'] });
    return true;
  } catch (error) {
    return error instanceof TokenExpiredError;
  }
}
