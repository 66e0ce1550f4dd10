import { ok, problem, warning, type Seen } from './check';
import type { KeyFacts } from './keys';
import type { ReadAnswer, RestFinding } from './rest-answer';

/** How a key was shown: not at all, to the gateway alone, or to PostgREST too. */
export type KeyWay = 'none' | 'apikey' | 'bearer';

/** One question, and what came back. */
export interface RestProbe extends ReadAnswer {
  readonly way: KeyWay;
  readonly status: number;
  /** Where a redirect leads: scheme, host and path. */
  readonly leadsTo: string | null;
  /** Of the key that was shown. */
  readonly key: KeyFacts | null;
}

export interface ProbeScene {
  /** Asked for. */
  readonly table: string;
  /** Some other way has seen rows: the table is not empty. */
  readonly hasRows: boolean;
  /** What PostgREST takes, as far as the environment says (`PGRST_JWT_AUD`). */
  readonly audience: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What an answer means for who asked so, and what to do about it. */
export function judgeProbe(probe: RestProbe, scene: ProbeScene): Seen {
  return JUDGES[probe.finding](probe, scene);
}

type Judge = (probe: RestProbe, scene: ProbeScene) => Seen;

/** Whoever has no key, and whoever has the one that stands in every app. */
const isPublic = ({ key }: RestProbe): boolean => key === null || key.role === 'anon';

const JUDGES: Readonly<Record<RestFinding, Judge>> = {
  rows(probe, { table }) {
    if (!isPublic(probe)) return ok(`taken: rows of ${table} are seen`);
    const who = probe.key === null ? 'who shows no key' : 'the public key';
    return problem(
      `${who} reads rows of ${table}`,
      `Enable row-level security on ${table}, and look at its policies for anon.`,
    );
  },
  empty(probe, { table, hasRows }) {
    if (isPublic(probe)) return ok(`200 and no row of ${table}: nothing is shown to the public`);
    return probe.way === 'bearer' ? emptyForRole(probe, table) : emptyForNobody(table, hasRows);
  },
  'token-refused': judgeToken,
  'claims-refused': judgeToken,
  'no-anonymous'({ way }) {
    if (way === 'none') return ok('PostgREST answers nobody without a token');
    return way === 'apikey'
      ? warning('PostgREST got no token and has no anonymous role', AS_BEARER)
      : problem(
          'the token did not reach PostgREST',
          'Let the gateway pass the header Authorization on to PostgREST.',
        );
  },
  'no-secret': () =>
    problem('PostgREST has no secret to check tokens with', 'Set PGRST_JWT_SECRET of rest, and restart it.'),
  'role-unknown'({ key }) {
    const role = key?.role ?? 'of the token';
    return problem(
      `decoded, and the database has no role ${role}`,
      `Make the key for a role that is there, or: create role … nologin; grant it to authenticator.`,
    );
  },
  denied(probe, { table }) {
    if (isPublic(probe)) return ok(`the public may not read ${table}`);
    return problem(
      `decoded, and its role may not read ${table}`,
      `grant select on ${table} to ${probe.key?.role ?? 'its role'};`,
    );
  },
  'database-away': () =>
    problem(
      'PostgREST does not reach its database, so it has no schema cache',
      'Look at PostgreSQL first: does it run, has its disk room, are connections free? Then restart rest. Neither the key nor row-level security is to blame.',
    ),
  'table-unknown': (_, { table }) =>
    problem(
      `PostgREST knows no such table or column: ${table}`,
      "Compare --table and SHOP_TABLES. Where the table is new: notify pgrst, 'reload schema';",
    ),
  'schema-hidden': () =>
    problem('the schema is not shown by PostgREST', 'Add it to PGRST_DB_SCHEMAS of rest, and restart it.'),
  'path-unknown': () =>
    problem('PostgREST answers, and not under this path', 'Give the URL up to the name of the table.'),
  'gateway-refuses'({ way }) {
    if (way === 'none') return ok('the gateway asks for a key');
    return problem(
      'the gateway does not know this key',
      'Self-hosted: put the same keys into Supabase’s .env, and restart kong. Hosted: compare it with the page API Keys, where old keys may be switched off.',
    );
  },
  'gateway-alone': () =>
    problem(
      'the gateway answers, and PostgREST behind it does not',
      'See whether rest runs, and restart it.',
    ),
  redirect: ({ leadsTo }) =>
    problem(
      `it leads elsewhere${leadsTo === null ? '' : `, to ${leadsTo}`}; no key was sent there`,
      'Give the URL that it leads to, if it is yours.',
    ),
  'web-page': () =>
    problem(
      'a web page answers',
      'Give the URL of the API: in Supabase the Project URL, not that of Studio.',
    ),
  'no-postgrest': () =>
    problem('what answers is no PostgREST', 'Compare the URL; a PostgREST of its own has no /rest/v1.'),
};

const AS_BEARER =
  'Send the key as Authorization: Bearer too (SUPA_USE_BEARER=true of the old system), once that way is decoded below.';

function emptyForNobody(table: string, hasRows: boolean): Seen {
  const why = hasRows
    ? `row-level security hides the rows of ${table}`
    : `${table} is empty, or row-level security hides its rows`;
  return warning(
    `200 and no row: the key opened the gateway and named no role, so PostgREST asked as anon; ${why}`,
    AS_BEARER,
  );
}

function emptyForRole({ key }: RestProbe, table: string): Seen {
  const role = key?.role ?? 'the role';
  return warning(
    `decoded, and no row: ${table} is empty, or row-level security hides its rows from ${role}`,
    `select rolbypassrls from pg_roles where rolname = '${role}'; false means that policies hold for it. waybell doctor looks at the table itself.`,
  );
}

/** The token itself says mostly why: releases of PostgREST use one code for several reasons. */
function judgeToken({ key, finding }: RestProbe, { audience, now }: ProbeScene): Seen {
  if (key === null || key.kind !== 'jwt')
    return problem('not decoded: it is no JWT', 'Send keys of this kind as apikey only.');
  if (key.expiresAt !== null && key.expiresAt <= now)
    return problem(`not taken: it ended on ${dayOf(key.expiresAt)}`, MAKE_NEW);
  const isOthers = audience !== undefined && key.audience.length > 0 && !key.audience.includes(audience);
  if (isOthers || finding === 'claims-refused') {
    const own = key.audience.length === 0 ? 'none' : key.audience.join(', ');
    return problem(
      `decoded, and its claims are refused: its aud is ${own}, PGRST_JWT_AUD is ${audience ?? 'not known here'}`,
      'Compare aud with PGRST_JWT_AUD of rest, and the clocks of both machines. waybell keys generate --audience makes keys with another.',
    );
  }
  return problem(
    'not decoded: PostgREST has another secret than the one that signed it',
    'Put SUPABASE_JWT_SECRET beside the key: waybell keys verify says whether the two fit. PGRST_JWT_SECRET of rest and JWT_SECRET of auth must be that secret; restart rest, auth and kong after a change.',
  );
}

const MAKE_NEW =
  'waybell keys generate --secret-stdin makes new keys for the same secret; put them into Supabase’s .env, and restart kong.';

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
