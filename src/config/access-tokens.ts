import { z } from 'zod';
import { pageOrigins } from './page-origins';
import { graceContradictions, graceFields, graceOf, type RegistrationGrace } from './registration-grace';
import { MIN_SECRET_LENGTH } from './setting-fields';

/** Where Supabase Auth shows its keys; what stands before it is the `iss` of its tokens. */
const WELL_KNOWN = /\/\.well-known\/jwks\.json$/;

/** Keys over plain HTTP could be anybody's: only from this machine. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, hash } = new URL(text);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && loopback)) && username === '' && hash === '';
}

/** The settings of the access tokens with which persons come. */
export const accessTokenFields = {
  SUPABASE_JWT_SECRET: z.string().min(MIN_SECRET_LENGTH).optional(),
  SUPABASE_JWKS_URL: z
    .string()
    .refine(isSafe, 'must be an https:// URL, or http:// on this machine, without user and fragment')
    .optional(),
  SUPABASE_JWT_ISSUER: z.string().min(1).max(512).optional(),
  SUPABASE_ANONYMOUS_USERS: z.literal('allow').optional(),
  CORS_ORIGINS: pageOrigins,
  ...graceFields,
};

export interface AccessTokenSettings {
  /** Of tokens that are signed with HS256. */
  readonly secret: string | undefined;
  /** Of tokens that are signed with ES256, RS256 or EdDSA. */
  readonly jwks: { readonly url: string; readonly issuer: string } | undefined;
  /** What every token must name; tokens of the JWKS must name one in any case. */
  readonly issuer: string | undefined;
  /** Whether who never signed in may have a phone. */
  readonly anonymousUsers: boolean;
  /** The pages that may come with them, from a browser. */
  readonly origins: readonly string[];
  /** Until when apps may register phones that have none. */
  readonly grace?: RegistrationGrace;
}

export function accessTokensOf(
  settings: z.infer<z.ZodObject<typeof accessTokenFields>> & { readonly SHOP_TIME_ZONE: string },
): AccessTokenSettings {
  const { SUPABASE_JWT_SECRET: secret, SUPABASE_JWKS_URL: url, SUPABASE_JWT_ISSUER: issuer } = settings;
  const grace = graceOf(settings, settings.SHOP_TIME_ZONE);
  return {
    ...(grace && { grace }),
    secret,
    issuer,
    jwks: url === undefined ? undefined : { url, issuer: issuer ?? url.replace(WELL_KNOWN, '') },
    anonymousUsers: settings.SUPABASE_ANONYMOUS_USERS === 'allow',
    origins: settings.CORS_ORIGINS,
  };
}

/** Each line names the variable to change. */
export function accessTokenContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const { SUPABASE_JWT_SECRET: secret, SUPABASE_JWKS_URL: url, SUPABASE_JWT_ISSUER: issuer } = given;
  return [
    ...graceContradictions(given),
    ...(given.DEVICE_REGISTRATION === 'jwt' && secret === undefined && url === undefined
      ? ['SUPABASE_JWKS_URL or SUPABASE_JWT_SECRET: one is required when DEVICE_REGISTRATION=jwt']
      : []),
    ...(given.PICKUP_CODE_KEYS !== undefined && given.DEVICE_REGISTRATION !== 'jwt'
      ? ['PICKUP_CODE_KEYS: needs DEVICE_REGISTRATION=jwt, since codes are shown to persons only']
      : []),
    ...(url !== undefined && issuer === undefined && !WELL_KNOWN.test(url)
      ? ['SUPABASE_JWT_ISSUER: required when SUPABASE_JWKS_URL does not end in /.well-known/jwks.json']
      : []),
  ];
}
