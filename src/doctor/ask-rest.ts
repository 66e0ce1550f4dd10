import { readStart } from '../push/send-request';
import type { KeyWay, RestProbe } from './judge-rest';
import type { KeyFacts } from './keys';
import { readAnswer, type RestAnswer } from './rest-answer';

/** A PostgREST that waits for a place in its pool gives up after 10 s by itself; milliseconds. */
const ANSWER_MS = 15_000;

/** Where Supabase's gateways have PostgREST; one of its own has it at its root. */
const GATEWAY_PATH = '/rest/v1';

export interface ProbedKey {
  readonly name: string;
  readonly value: string;
  readonly facts: KeyFacts;
}

/** What is asked for: the id of one row. */
export interface ProbedTable {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

export interface ProbedWay {
  /** The variable of the key; `null` without one. */
  readonly name: string | null;
  readonly probe: RestProbe;
}

/**
 * Asks for one row without a key, and then with each key in each way in which it can be shown. Nothing is changed, and
 * no redirect is followed.
 * @throws {Error} a sentence: nothing answers
 */
export async function askRest(
  base: URL,
  table: ProbedTable,
  keys: readonly ProbedKey[],
): Promise<{ readonly url: string; readonly ways: readonly ProbedWay[] }> {
  const { url, first } = await findRest(base, table);
  const profile = profileOf(table);
  const ways: ProbedWay[] = [{ name: null, probe: first }];
  for (const { name, value, facts } of keys) {
    for (const way of waysOf(facts))
      ways.push({ name, probe: await ask(url, profile, way, { value, facts }) });
  }
  return { url: `${url.origin}${url.pathname}`, ways };
}

/** A key of Supabase's new kind is no token: the gateway turns it into one. */
const waysOf = ({ kind }: KeyFacts): readonly KeyWay[] =>
  kind === 'new' ? ['apikey'] : ['apikey', 'bearer'];

/** An address without a path may be that of a gateway, or of a PostgREST alone. */
async function findRest(base: URL, table: ProbedTable): Promise<{ url: URL; first: RestProbe }> {
  const hasPath = base.pathname !== '/';
  const url = tableUrl(base, hasPath ? base.pathname : GATEWAY_PATH, table);
  const first = await ask(url, profileOf(table), 'none');
  if (hasPath || (first.finding !== 'path-unknown' && first.status !== 404)) return { url, first };
  const alone = tableUrl(base, '', table);
  const second = await ask(alone, profileOf(table), 'none');
  return second.finding === 'no-postgrest' || second.finding === 'web-page'
    ? { url, first }
    : { url: alone, first: second };
}

function tableUrl(base: URL, path: string, { name, column }: ProbedTable): URL {
  const root = path.replace(/(?<!\/)\/+$/, '');
  const url = new URL(base.origin);
  url.pathname = `${root}/${encodeURIComponent(name)}`;
  url.search = new URLSearchParams({ select: column, limit: '1' }).toString();
  return url;
}

/** PostgREST takes the first schema that it shows where none is named. */
const profileOf = ({ schema }: ProbedTable): Record<string, string> =>
  schema === 'public' ? {} : { 'accept-profile': schema };

async function ask(
  url: URL,
  profile: Record<string, string>,
  way: KeyWay,
  key?: { readonly value: string; readonly facts: KeyFacts },
): Promise<RestProbe> {
  const answer = await get(url, {
    ...profile,
    ...(key && { apikey: key.value }),
    ...(key && way === 'bearer' && { authorization: `Bearer ${key.value}` }),
  });
  return {
    ...readAnswer(answer),
    way,
    status: answer.status,
    leadsTo: leadsTo(url, answer.location),
    key: key?.facts ?? null,
  };
}

async function get(url: URL, headers: Record<string, string>): Promise<RestAnswer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      location: response.headers.get('location'),
      body: response.body === null ? '' : await readStart(response.body),
    };
  } catch (error) {
    throw new Error(`${url.host} gives no answer: ${whyOf(error)}.`, { cause: error });
  }
}

/** `fetch` hides what the system says in the cause. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `none within ${ANSWER_MS / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.name;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

/** Without its query, which may hold what was sent. */
function leadsTo(from: URL, location: string | null): string | null {
  if (location === null || !URL.canParse(location, from.href)) return null;
  const { origin, pathname } = new URL(location, from);
  return `${origin}${pathname}`.slice(0, 200);
}
