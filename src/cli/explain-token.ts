import { decodeJwt, decodeProtectedHeader } from 'jose';
import { pino } from 'pino';
import { openTokenCheck, type RefusedToken, type SignedIn } from '../api/token-check';
import type { AccessTokenSettings } from '../config/access-tokens';
import { REFUSED_IN_CHINESE } from '../refused-in-chinese';
import type { Explanation } from '../shipment/explanation';
import { say } from './language';

export interface ExplainedToken {
  readonly taken: boolean;
  /** For programs; neither they nor the lines ever hold the token or its signature. */
  readonly facts: object;
  /** For a person. */
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
  const read = readToken(token, settings);
  const person = 'person' in checked ? checked.person : undefined;
  const refusal = 'person' in checked ? undefined : checked;
  const facts = {
    taken: person !== undefined,
    ...{ user_id: person?.userId ?? null, merchant_id: person?.merchantId ?? null },
    ...{ code: refusal?.code ?? null, message: refusal?.words ?? null },
    ...{ header: read?.header ?? null, key: read?.key ?? null, claims: read?.claims ?? null },
  };
  const verdict = refusal === undefined ? takenWords(person) : refusedWords(refusal);
  return {
    taken: person !== undefined,
    facts,
    lines: [...(read === undefined ? [] : inWords(read)), say(verdict)],
  };
}

function takenWords(person: SignedIn['person'] | undefined): Explanation {
  const { userId, merchantId } = person ?? {};
  return {
    en: `Taken: this is ${userId}${merchantId === undefined ? '' : `, of the merchant ${merchantId}`}.`,
    zh: `接受：这是 ${userId}${merchantId === undefined ? '' : `，属于商家 ${merchantId}`}。`,
  };
}

const refusedWords = ({ code, words }: RefusedToken): Explanation => ({
  en: `Refused (${code}): ${words}.`,
  zh: `拒绝（${code}）：${REFUSED_IN_CHINESE[code]}。原话：${words}`,
});

const SHOWN = ['iss', 'aud', 'role', 'is_anonymous', 'iat', 'exp'] as const;

interface ReadToken {
  readonly header: { readonly alg: string; readonly kid: string | null; readonly crit: boolean };
  /** What it is looked at with. */
  readonly key: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

function readToken(token: string, { secret, jwks }: AccessTokenSettings): ReadToken | undefined {
  try {
    const { alg = 'none', kid = null, crit } = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const key = alg === 'HS256' ? secret && 'SUPABASE_JWT_SECRET' : jwks?.url;
    return {
      header: { alg, kid, crit: crit !== undefined },
      key: key ?? null,
      claims: Object.fromEntries(
        SHOWN.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])),
      ),
    };
  } catch {
    return undefined;
  }
}

function inWords({ header: { alg, kid, crit }, key, claims }: ReadToken): string[] {
  const of = key === 'SUPABASE_JWT_SECRET' ? { en: key, zh: key } : keysAt(key);
  return [
    say({
      en: `Header: alg ${text(alg)}${kid === null ? ', no kid' : `, kid ${text(kid)}`}${crit ? ', with crit' : ''}.`,
      zh: `头部：alg ${text(alg)}${kid === null ? '，没有 kid' : `，kid ${text(kid)}`}${crit ? '，带 crit' : ''}。`,
    }),
    say({ en: `Looked at with: ${of.en}.`, zh: `核对所用：${of.zh}。` }),
    ...Object.entries(claims).map(([name, value]) => `  ${name}: ${text(value)}`),
  ];
}

const keysAt = (url: string | null): Explanation =>
  url === null
    ? { en: 'nothing, since no setting names a key for it', zh: '无，因为没有设置为它指明密钥' }
    : { en: `the keys at ${url}`, zh: `${url} 的密钥` };

/** Somebody else may have written it: as JSON nothing in it moves the terminal. */
const text = (value: unknown): string => JSON.stringify(value).slice(0, 200);
