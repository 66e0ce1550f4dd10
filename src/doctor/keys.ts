import { decode, sign, TokenExpiredError, verify } from 'jsonwebtoken';
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SupabaseKey, SupabaseKeys } from '../config/supabase-keys';
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

const HOW_TO_RENEW =
  'Make new keys for this secret with "waybell keys generate --secret-stdin", put them into Supabase’s .env and the gateway, and restart both.';

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
      `${first?.variable} names the aud ${first?.aud || 'none'}, and ${differs.variable} ${differs.aud || 'none'}.`,
      'PostgREST takes one (PGRST_JWT_AUD): set that variable here too, to compare both with it.',
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
      `${variable} is one of Supabase’s new keys, which no secret has signed.`,
      'Nothing to verify: compare it with the page API Keys of the project.',
    );
  }
  const algorithm = decode(value, { complete: true })?.header.alg;
  if (algorithm === undefined)
    return problem(`${variable} is no JWT.`, 'Copy the whole key, without quotes.');
  if (algorithm !== 'HS256') {
    return problem(
      `${variable} is signed with ${algorithm.slice(0, 16)}, not with a secret (HS256).`,
      'Use the legacy keys.',
    );
  }
  if (!isSignedWith(value, secret)) {
    return isSignedWith(value, Buffer.from(secret, 'base64'))
      ? problem(
          `${variable} fits only if the secret is read as base64; PostgREST and Waybell read it as text.`,
          'Make keys for the text, or set PGRST_JWT_SECRET_IS_BASE64 and decode the secret for Waybell.',
        )
      : problem(`${variable} was not signed with this secret (PGRST301).`, HOW_TO_RENEW);
  }
  if (facts.role === null) return problem(`${variable} names no role.`, HOW_TO_RENEW);
  if (facts.role !== role) {
    return problem(
      `${variable} is a key for ${facts.role}, not for ${role}.`,
      'The two keys may be swapped: compare the names.',
    );
  }
  // PostgREST takes a token that names nobody from everybody.
  if (audience !== undefined && facts.audience.length > 0 && !facts.audience.includes(audience)) {
    return problem(
      `${variable} names the aud ${facts.audience.join(', ')}, and PostgREST takes ${audience} (PGRST_JWT_AUD).`,
      'Make keys with "waybell keys generate --secret-stdin --audience", or change PGRST_JWT_AUD of rest.',
    );
  }
  return judgeEnd(variable, role, facts.expiresAt, now);
}

function judgeEnd(variable: string, role: string, expiresAt: number | null, now: number): Seen {
  if (expiresAt === null) return ok(`${variable} fits the secret: role ${role}, without an end.`);
  const day = new Date(expiresAt).toISOString().slice(0, 10);
  if (expiresAt <= now) return problem(`${variable} has expired on ${day}.`, HOW_TO_RENEW);
  if (expiresAt - now < RENEW_BEFORE_MS) return warning(`${variable} expires on ${day}.`, HOW_TO_RENEW);
  return ok(`${variable} fits the secret: role ${role}, until ${day}.`);
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
