import { decodeJwt, decodeProtectedHeader } from 'jose';
import { pino } from 'pino';
import { openTokenCheck } from '../api/token-check';
import type { AccessTokenSettings } from '../config/access-tokens';

export interface ExplainedToken {
  readonly taken: boolean;
  /** For a person; never the token or its signature. */
  readonly lines: readonly string[];
}

/** Says what a token is, which key it was looked at with, and what of it is wrong. */
export async function explainToken(
  token: string,
  settings: AccessTokenSettings,
  clock: () => number = Date.now,
): Promise<ExplainedToken> {
  const log = pino({ base: null, level: 'warn' }, { write: (line: string) => process.stderr.write(line) });
  const checked = await openTokenCheck(settings, { log, clock }).check(token);
  const verdict =
    'person' in checked
      ? `Taken: this is ${checked.person.userId}${checked.person.merchantId === undefined ? '' : `, of the merchant ${checked.person.merchantId}`}.`
      : `Refused (${checked.code}): ${checked.words}.`;
  return { taken: 'person' in checked, lines: [...factsOf(token, settings), verdict] };
}

const SHOWN = ['iss', 'aud', 'role', 'is_anonymous', 'iat', 'exp'] as const;

function factsOf(token: string, { secret, jwks }: AccessTokenSettings): string[] {
  try {
    const { alg = 'none', kid, crit } = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const key = alg === 'HS256' ? secret && 'SUPABASE_JWT_SECRET' : jwks && `the keys at ${jwks.url}`;
    return [
      `Header: alg ${text(alg)}${kid === undefined ? ', no kid' : `, kid ${text(kid)}`}${crit === undefined ? '' : ', with crit'}.`,
      `Looked at with: ${key ?? 'nothing, since no setting names a key for it'}.`,
      ...SHOWN.flatMap((name) => (claims[name] === undefined ? [] : [`  ${name}: ${text(claims[name])}`])),
    ];
  } catch {
    return [];
  }
}

/** Somebody else may have written it: as JSON nothing in it moves the terminal. */
const text = (value: unknown): string => JSON.stringify(value).slice(0, 200);
