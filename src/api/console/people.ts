import type { Logger } from 'pino';
import type { AccessTokenSettings } from '../../config/access-tokens';
import type { ConsoleRoles } from '../../config/console';
import { SCOPE_NAMES } from '../../config/scopes';
import { digestOf } from '../api-key';
import { openTokenCheck, type RefusedToken } from '../token-check';
import type { Holder } from './sessions';

/** In none of the names of keys, nor in a role. */
const BETWEEN_ROLES = '+';
const BEFORE_ID = ':';

export interface People {
  /** Whom a token makes an operator, or why it does not. */
  whoHas(token: string): Promise<Holder | RefusedToken>;
  /** Who has this name now: roles that the settings do not know any more reach nothing. */
  named(name: string): Holder | undefined;
}

interface PeopleParts {
  readonly roles: ConsoleRoles;
  readonly accessTokens: AccessTokenSettings;
  readonly log: Logger;
  readonly clock?: () => number;
}

/**
 * People of the shop who are operators, by a claim of their access tokens. The audit and their sessions name them by
 * their roles and their id, such as `support:0a000000-0000-4000-8000-000000000001`.
 */
export function openPeople({ roles, accessTokens, ...parts }: PeopleParts): People {
  // Who never signed in is nobody's staff, whoever may have a phone.
  const tokens = openTokenCheck({ ...accessTokens, anonymousUsers: false }, parts);

  return {
    async whoHas(token) {
      const checked = await tokens.check(token);
      if (!('person' in checked)) return checked;
      const names = textsIn(valueAt(checked.claims, roles.claim)).filter((role) =>
        Object.hasOwn(roles.scopes, role),
      );
      const name = [...new Set(names)].sort().join(BETWEEN_ROLES) + BEFORE_ID + checked.person.userId;
      const holder = holderNamed(name, checked.expiresAt);
      return holder ?? refusedRole(roles);
    },
    named: (name) => holderNamed(name, null),
  };

  function holderNamed(name: string, expiresAt: Date | null): Holder | undefined {
    const named = name.slice(0, Math.max(name.indexOf(BEFORE_ID), 0)).split(BETWEEN_ROLES);
    const reached = named.flatMap((role) => (Object.hasOwn(roles.scopes, role) ? roles.scopes[role] : []));
    const scopes = SCOPE_NAMES.filter((scope) => reached.includes(scope));
    return scopes.length === 0
      ? undefined
      : { kind: 'operator', name, scopes, sha256: digestOf(name), expiresAt };
  }
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Readonly<Record<string, unknown>>)[part]
        : undefined,
    claims,
  );
}

/** One role, or a list of them. */
function textsIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}

function refusedRole({ claim, scopes }: ConsoleRoles): RefusedToken {
  const roles = Object.keys(scopes).join(', ');
  return {
    flaw: 'role',
    code: 'not-allowed',
    words: `the access token names none of the roles ${roles} in ${claim.join('.')}: CONSOLE_ROLES`,
  };
}
