import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AccessTokenSettings } from '../config/access-tokens';
import type { Caller } from './access';
import { JwksAwayError, openJwks } from './jwks';
import { textId } from './request-input';

export type Person = Extract<Caller, { kind: 'person' }>;

/** What is wrong with a token, and what to do about it. */
export const TOKEN_FLAWS = {
  malformed: 'it is no JWT: send the access_token of the session, whole',
  algorithm:
    'it is signed in a way that is not taken: HS256 needs SUPABASE_JWT_SECRET; ES256, RS256 and EdDSA need SUPABASE_JWKS_URL',
  critical: 'its header holds an extension (crit) that is not known here',
  key: 'its kid is not among the keys of SUPABASE_JWKS_URL: compare the project',
  signature: 'its signature does not fit: compare SUPABASE_JWT_SECRET, or the project of SUPABASE_JWKS_URL',
  expired: 'it has expired: let the app refresh its session',
  early: 'it is not valid yet: compare the clocks',
  audience: 'its aud is not authenticated',
  role: 'its role is not authenticated: anon and service keys are no persons',
  issuer: 'its iss is another: compare SUPABASE_JWT_ISSUER, or SUPABASE_JWKS_URL',
  subject: 'its sub, or app_metadata.merchant_id, is no id',
  claims: 'it lacks exp, or a claim has a shape of its own',
  anonymous: 'it is of a person who never signed in: SUPABASE_ANONYMOUS_USERS=allow takes them',
  away: 'its key cannot be looked up: SUPABASE_JWKS_URL did not answer yet',
} as const;
export type TokenFlaw = keyof typeof TOKEN_FLAWS;

export interface RefusedToken {
  readonly flaw: TokenFlaw;
  readonly code: 'jwt-invalid' | 'not-allowed' | 'jwks-unavailable';
  /** A sentence; never the token. */
  readonly words: string;
}

export interface SignedIn {
  readonly person: Person;
  readonly expiresAt: Date;
  /** All that the token says. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface TokenCheck {
  check(token: string): Promise<SignedIn | RefusedToken>;
}

/** Of the keys of a project. HS256 among them would take a public key for a secret. */
const ASYMMETRIC = ['ES256', 'RS256', 'EdDSA', 'Ed25519'];
/** Clocks of two machines. */
const TOLERANCE_S = 5;
/** What Supabase Auth says of everybody who is signed in, and of nobody else: its API keys say `anon` and `service_role`. */
const SIGNED_IN = 'authenticated';

/** Beside `exp`, `aud` and `iss`, which jose looks at. */
const claims = z.object({
  sub: textId,
  role: z.unknown().optional(),
  is_anonymous: z.unknown().optional(),
  app_metadata: z.object({ merchant_id: textId.nullish() }).nullish(),
});

interface CheckParts {
  readonly log: Logger;
  readonly clock?: () => number;
}

/** Looks whether a token is of a person who is signed in to the shop's Supabase project. */
export function openTokenCheck(settings: AccessTokenSettings, parts: CheckParts): TokenCheck {
  const { jwks, issuer, anonymousUsers } = settings;
  const secret = settings.secret === undefined ? undefined : new TextEncoder().encode(settings.secret);
  const findKey = jwks && openJwks(jwks.url, parts);
  const { clock = Date.now } = parts;

  return {
    async check(token) {
      try {
        return judge(await verify(token));
      } catch (error) {
        return refused(flawOf(error));
      }
    },
  };

  async function verify(token: string): Promise<JWTPayload> {
    const rules = {
      audience: SIGNED_IN,
      requiredClaims: ['exp'],
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(clock()),
    };
    const { alg = '' } = decodeProtectedHeader(token);
    if (alg === 'HS256' && secret) {
      const own = { ...rules, algorithms: [alg], ...(issuer !== undefined && { issuer }) };
      return (await jwtVerify(token, secret, own)).payload;
    }
    if (ASYMMETRIC.includes(alg) && jwks && findKey) {
      return (await jwtVerify(token, findKey, { ...rules, algorithms: [alg], issuer: jwks.issuer })).payload;
    }
    throw new errors.JOSEAlgNotAllowed('no key for this algorithm');
  }

  function judge(payload: JWTPayload): SignedIn | RefusedToken {
    const read = claims.safeParse(payload);
    if (!read.success) return refused('subject');
    const { sub, role, is_anonymous, app_metadata } = read.data;
    if (role !== SIGNED_IN) return refused('role');
    if (is_anonymous === true && !anonymousUsers) return refused('anonymous');
    const person = {
      kind: 'person',
      userId: sub,
      merchantId: app_metadata?.merchant_id ?? undefined,
    } as const;
    return { person, expiresAt: new Date((payload.exp ?? 0) * 1000), claims: payload };
  }
}

function refused(flaw: TokenFlaw): RefusedToken {
  const code = flaw === 'anonymous' ? 'not-allowed' : flaw === 'away' ? 'jwks-unavailable' : 'jwt-invalid';
  return { flaw, code, words: `the access token is refused: ${TOKEN_FLAWS[flaw]}` };
}

const FLAW_OF_CLAIM: Readonly<Record<string, TokenFlaw>> = { aud: 'audience', iss: 'issuer', nbf: 'early' };

/** @throws what is no verdict on the token */
function flawOf(error: unknown): TokenFlaw {
  if (error instanceof JwksAwayError) return 'away';
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return FLAW_OF_CLAIM[error.claim] ?? 'claims';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'key';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JOSENotSupported) return 'critical';
  if (error instanceof errors.JOSEError) return 'malformed';
  // jose says of a header that cannot be decoded, and of a key that does not fit its algorithm, by a TypeError.
  if (error instanceof TypeError) return 'malformed';
  throw error;
}
