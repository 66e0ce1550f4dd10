import { z } from 'zod';
import { pageOrigins } from './page-origins';
import { SCOPE_NAMES, type Scope } from './scopes';
import { httpUrl, jsonOf } from './setting-fields';

/** Of a claim, and of what is in it. */
const CLAIM = /^[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,3}$/;
/** What users write themselves, or what Supabase Auth says of every buyer. */
const NO_ROLES = ['user_metadata', 'email', 'phone', 'role', 'aud', 'aal', 'is_anonymous'];
/** A name in the audit is made of it, where `command:ann` is who has typed a command. */
const ROLE = /^(?!command$)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
/** The page asks for what it shows at `/console`; links add what is to be shown. */
const CONSOLE_ADDRESS = /^https?:\/\/[^\s/?#@()<>\\]+\/console\/*$/;

const scopesOfRole = z
  .array(z.enum(SCOPE_NAMES))
  .refine(
    (scopes) => scopes.includes('read') || scopes.includes('admin'),
    'needs the scope read, or admin: without it there is nothing to see',
  );

/** The settings of the page of operators. */
export const consoleFields = {
  CONSOLE: z.literal('on', 'must be on').optional(),
  CONSOLE_URL: httpUrl
    .regex(CONSOLE_ADDRESS, 'must be a host and /console, such as https://waybell.shop.example/console')
    .optional(),
  CONSOLE_ROLES: jsonOf(
    z.record(
      z
        .string()
        .regex(ROLE, 'roles may hold letters, digits, ., - and _, at most 64, and none is called command'),
      scopesOfRole,
    ),
  ).optional(),
  CONSOLE_ROLE_CLAIM: z
    .string()
    .regex(CLAIM, 'must be a claim, or a path to what is in one, such as app_metadata.role')
    .refine(
      (claim) => !NO_ROLES.includes(claim.split('.')[0] ?? ''),
      `must be a claim that only the shop writes, such as app_metadata.role: none of ${NO_ROLES.join(', ')}`,
    )
    .default('app_metadata.role'),
  CONSOLE_ORIGINS: pageOrigins,
};

/** Which people of the shop are operators. */
export interface ConsoleRoles {
  /** Where their access tokens name their roles, from the outside to the inside. */
  readonly claim: readonly string[];
  readonly scopes: Readonly<Record<string, readonly Scope[]>>;
}

export interface ConsoleSettings {
  /** Whether operators have a page, at `/console`. */
  readonly console: boolean;
  /** Where they open it, without a slash at the end; `null` where nobody has said it. */
  readonly consoleUrl: string | null;
  /** `null`: only keys open it. */
  readonly consoleRoles: ConsoleRoles | null;
  /** The pages of the shop that may send its people to the console, with their access tokens. */
  readonly consoleOrigins: readonly string[];
}

type ConsoleEnvironment = z.output<z.ZodObject<typeof consoleFields>> & {
  readonly PORT: number;
  readonly TEMPORAL_ADDRESS?: string | undefined;
};

export function consoleOf(env: ConsoleEnvironment): ConsoleSettings {
  const isOn = env.CONSOLE !== undefined;
  // Who opens the UI of an embedded Temporal sits at this machine.
  const beside =
    isOn && env.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${env.PORT}/console` : undefined;
  const scopes = env.CONSOLE_ROLES;
  return {
    console: isOn,
    consoleUrl: (env.CONSOLE_URL ?? beside)?.replace(/(?<!\/)\/+$/, '') ?? null,
    consoleRoles: scopes === undefined ? null : { claim: env.CONSOLE_ROLE_CLAIM.split('.'), scopes },
    consoleOrigins: env.CONSOLE_ORIGINS,
  };
}

type Given = Readonly<Record<string, string | undefined>>;

/** Each line names the variable to change. */
export function consoleContradictions(given: Given): string[] {
  return [...withoutKeys(given), ...withoutTokens(given)];
}

/** Where nothing asks for a key there is nothing to log in with: everybody would be an operator. */
function withoutKeys({ CONSOLE, DATABASE_URL, API_KEYS, ...given }: Given): string[] {
  const mode = given['DEVICE_REGISTRATION'] ?? (DATABASE_URL === undefined ? 'open' : 'key');
  if (CONSOLE === undefined || mode !== 'open' || API_KEYS !== undefined) return [];
  return [
    'CONSOLE: needs an API that asks for keys: set API_KEYS (openssl rand -hex 24 makes one), or DEVICE_REGISTRATION=key',
  ];
}

function withoutTokens({ CONSOLE, CONSOLE_ROLES, CONSOLE_ORIGINS, CONSOLE_URL, ...given }: Given): string[] {
  const isChecked = given['SUPABASE_JWT_SECRET'] !== undefined || given['SUPABASE_JWKS_URL'] !== undefined;
  return [
    ...(CONSOLE_ROLES !== undefined && CONSOLE === undefined ? ['CONSOLE_ROLES: needs CONSOLE=on'] : []),
    ...(CONSOLE_ROLES !== undefined && !isChecked
      ? ['CONSOLE_ROLES: needs SUPABASE_JWKS_URL or SUPABASE_JWT_SECRET, by which access tokens are checked']
      : []),
    ...(CONSOLE_ORIGINS !== undefined && CONSOLE_ROLES === undefined
      ? ['CONSOLE_ORIGINS: needs CONSOLE_ROLES, by which its people are operators']
      : []),
    // Of a form from elsewhere nothing says so, where a proxy speaks TLS in our place.
    ...(CONSOLE_ORIGINS !== undefined && CONSOLE_URL === undefined
      ? ['CONSOLE_ORIGINS: needs CONSOLE_URL, by which the cookie of who comes is kept to TLS']
      : []),
  ];
}
