import type { Explanation } from '../shipment/explanation';
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
    if (!isPublic(probe))
      return ok({ en: `taken: rows of ${table} are seen`, zh: `被接受：看得到 ${table} 的行` });
    const who =
      probe.key === null
        ? { en: 'who shows no key', zh: '不出示密钥的人' }
        : { en: 'the public key', zh: '公开密钥' };
    return problem(
      { en: `${who.en} reads rows of ${table}`, zh: `${who.zh}能读到 ${table} 的行` },
      {
        en: `Enable row-level security on ${table}, and look at its policies for anon.`,
        zh: `请打开 ${table} 的行级安全，并查看它对 anon 的策略。`,
      },
    );
  },
  empty(probe, { table, hasRows }) {
    if (isPublic(probe))
      return ok({
        en: `200 and no row of ${table}: nothing is shown to the public`,
        zh: `200，没有 ${table} 的行：没有向公众显示任何内容`,
      });
    return probe.way === 'bearer' ? emptyForRole(probe, table) : emptyForNobody(table, hasRows);
  },
  'token-refused': judgeToken,
  'claims-refused': judgeToken,
  'no-anonymous'({ way }) {
    if (way === 'none')
      return ok({ en: 'PostgREST answers nobody without a token', zh: '没有令牌，PostgREST 不回答任何人' });
    return way === 'apikey'
      ? warning(
          {
            en: 'PostgREST got no token and has no anonymous role',
            zh: 'PostgREST 没有收到令牌，也没有匿名角色',
          },
          AS_BEARER,
        )
      : problem(
          { en: 'the token did not reach PostgREST', zh: '令牌没有到达 PostgREST' },
          {
            en: 'Let the gateway pass the header Authorization on to PostgREST.',
            zh: '请让网关把请求头 Authorization 转给 PostgREST。',
          },
        );
  },
  'no-secret': () =>
    problem(
      { en: 'PostgREST has no secret to check tokens with', zh: 'PostgREST 没有用来验证令牌的 secret' },
      {
        en: 'Set PGRST_JWT_SECRET of rest, and restart it.',
        zh: '请设置 rest 的 PGRST_JWT_SECRET，并重新启动它。',
      },
    ),
  'role-unknown'({ key }) {
    return problem(
      {
        en: `decoded, and the database has no role ${key?.role ?? 'of the token'}`,
        zh: `已解码，但数据库里没有${key?.role == null ? '令牌的角色' : `角色 ${key.role}`}`,
      },
      {
        en: 'Make the key for a role that is there, or: create role … nologin; grant it to authenticator.',
        zh: '请为已有的角色生成密钥，或者：create role … nologin; 并把它授予 authenticator。',
      },
    );
  },
  denied(probe, { table }) {
    if (isPublic(probe)) return ok({ en: `the public may not read ${table}`, zh: `公众无权读取 ${table}` });
    return problem(
      {
        en: `decoded, and its role may not read ${table}`,
        zh: `已解码，但它的角色无权读取 ${table}`,
      },
      {
        en: `grant select on ${table} to ${probe.key?.role ?? 'its role'};`,
        zh: `grant select on ${table} to ${probe.key?.role ?? '（它的角色）'};`,
      },
    );
  },
  'database-away': () =>
    problem(
      {
        en: 'PostgREST does not reach its database, so it has no schema cache',
        zh: 'PostgREST 连不上它的数据库，因此没有模式缓存（schema cache）',
      },
      {
        en: 'Look at PostgreSQL first: does it run, has its disk room, are connections free? Then restart rest. Neither the key nor row-level security is to blame.',
        zh: '先看 PostgreSQL：它是否在运行，磁盘是否有空间，是否还有空闲连接？然后重新启动 rest。与密钥和行级安全都无关。',
      },
    ),
  'table-unknown': (_, { table }) =>
    problem(
      {
        en: `PostgREST knows no such table or column: ${table}`,
        zh: `PostgREST 不认识这个表或列：${table}`,
      },
      {
        en: "Compare --table and SHOP_TABLES. Where the table is new: notify pgrst, 'reload schema';",
        zh: "请核对 --table 和 SHOP_TABLES。如果表是新建的：notify pgrst, 'reload schema';",
      },
    ),
  'schema-hidden': () =>
    problem(
      { en: 'the schema is not shown by PostgREST', zh: 'PostgREST 没有公开这个模式（schema）' },
      {
        en: 'Add it to PGRST_DB_SCHEMAS of rest, and restart it.',
        zh: '请把它加进 rest 的 PGRST_DB_SCHEMAS，并重新启动它。',
      },
    ),
  'path-unknown': () =>
    problem(
      { en: 'PostgREST answers, and not under this path', zh: 'PostgREST 有应答，但不在这个路径下' },
      { en: 'Give the URL up to the name of the table.', zh: '请给出表名之前的那部分 URL。' },
    ),
  'gateway-refuses'({ way }) {
    if (way === 'none') return ok({ en: 'the gateway asks for a key', zh: '网关要求密钥' });
    return problem(
      { en: 'the gateway does not know this key', zh: '网关不认识这个密钥' },
      {
        en: 'Self-hosted: put the same keys into Supabase’s .env, and restart kong. Hosted: compare it with the page API Keys, where old keys may be switched off.',
        zh: '自建：把同样的密钥写入 Supabase 的 .env，并重新启动 kong。托管：请与 API Keys 页面核对，旧密钥可能已在那里停用。',
      },
    );
  },
  'gateway-alone': () =>
    problem(
      {
        en: 'the gateway answers, and PostgREST behind it does not',
        zh: '网关有应答，它后面的 PostgREST 没有',
      },
      { en: 'See whether rest runs, and restart it.', zh: '请查看 rest 是否在运行，并重新启动它。' },
    ),
  redirect: ({ leadsTo }) =>
    problem(
      {
        en: `it leads elsewhere${leadsTo === null ? '' : `, to ${leadsTo}`}; no key was sent there`,
        zh: `它跳转到别处${leadsTo === null ? '' : `：${leadsTo}`}；没有向那里发送密钥`,
      },
      {
        en: 'Give the URL that it leads to, if it is yours.',
        zh: '如果跳转的目标是自己的，请给出那个 URL。',
      },
    ),
  'web-page': () =>
    problem(
      { en: 'a web page answers', zh: '应答的是一个网页' },
      {
        en: 'Give the URL of the API: in Supabase the Project URL, not that of Studio.',
        zh: '请给出 API 的 URL：在 Supabase 中是 Project URL，不是 Studio 的。',
      },
    ),
  'no-postgrest': () =>
    problem(
      { en: 'what answers is no PostgREST', zh: '应答的不是 PostgREST' },
      {
        en: 'Compare the URL; a PostgREST of its own has no /rest/v1.',
        zh: '请核对 URL；单独的 PostgREST 没有 /rest/v1。',
      },
    ),
};

const AS_BEARER: Explanation = {
  en: 'Send the key as Authorization: Bearer too (SUPA_USE_BEARER=true of the old system), once that way is decoded below.',
  zh: '如果下面的另一种方式能解码，请把密钥同时作为 Authorization: Bearer 发送（旧系统的 SUPA_USE_BEARER=true）。',
};

function emptyForNobody(table: string, hasRows: boolean): Seen {
  const why = hasRows
    ? { en: `row-level security hides the rows of ${table}`, zh: `行级安全隐藏了 ${table} 的行` }
    : {
        en: `${table} is empty, or row-level security hides its rows`,
        zh: `${table} 是空的，或者它的行被行级安全隐藏`,
      };
  return warning(
    {
      en: `200 and no row: the key opened the gateway and named no role, so PostgREST asked as anon; ${why.en}`,
      zh: `200，没有行：密钥通过了网关，但没有写明角色，所以 PostgREST 以 anon 查询；${why.zh}`,
    },
    AS_BEARER,
  );
}

function emptyForRole({ key }: RestProbe, table: string): Seen {
  const role = key?.role ?? 'the role';
  return warning(
    {
      en: `decoded, and no row: ${table} is empty, or row-level security hides its rows from ${role}`,
      zh: `已解码，没有行：${table} 是空的，或者它的行被行级安全对 ${role} 隐藏`,
    },
    {
      en: `select rolbypassrls from pg_roles where rolname = '${role}'; false means that policies hold for it. waybell doctor looks at the table itself.`,
      zh: `select rolbypassrls from pg_roles where rolname = '${role}'; 结果为 false 表示策略对它生效。waybell doctor 会查看表本身。`,
    },
  );
}

/** The token itself says mostly why: releases of PostgREST use one code for several reasons. */
function judgeToken({ key, finding }: RestProbe, { audience, now }: ProbeScene): Seen {
  if (key === null || key.kind !== 'jwt')
    return problem(
      { en: 'not decoded: it is no JWT', zh: '没有解码：它不是 JWT' },
      { en: 'Send keys of this kind as apikey only.', zh: '这种密钥请只作为 apikey 发送。' },
    );
  if (key.expiresAt !== null && key.expiresAt <= now)
    return problem(
      {
        en: `not taken: it ended on ${dayOf(key.expiresAt)}`,
        zh: `不被接受：它已于 ${dayOf(key.expiresAt)} 到期`,
      },
      MAKE_NEW,
    );
  const isOthers = audience !== undefined && key.audience.length > 0 && !key.audience.includes(audience);
  if (isOthers || finding === 'claims-refused') {
    const own = key.audience.join(', ');
    return problem(
      {
        en: `decoded, and its claims are refused: its aud is ${own || 'none'}, PGRST_JWT_AUD is ${audience ?? 'not known here'}`,
        zh: `已解码，但它的声明被拒绝：它的 aud 是 ${own || '（无）'}，PGRST_JWT_AUD 是 ${audience ?? '（这里未知）'}`,
      },
      {
        en: 'Compare aud with PGRST_JWT_AUD of rest, and the clocks of both machines. waybell keys generate --audience makes keys with another.',
        zh: '请核对 aud 与 rest 的 PGRST_JWT_AUD，以及两台机器的时钟。waybell keys generate --audience 可以生成带有另一个 aud 的密钥。',
      },
    );
  }
  return problem(
    {
      en: 'not decoded: PostgREST has another secret than the one that signed it',
      zh: '没有解码：PostgREST 的 secret 不是签发它的那个',
    },
    {
      en: 'Put SUPABASE_JWT_SECRET beside the key: waybell keys verify says whether the two fit. PGRST_JWT_SECRET of rest and JWT_SECRET of auth must be that secret; restart rest, auth and kong after a change.',
      zh: '把 SUPABASE_JWT_SECRET 与密钥放在一起：waybell keys verify 会说明两者是否相符。rest 的 PGRST_JWT_SECRET 和 auth 的 JWT_SECRET 必须是这个 secret；修改之后请重新启动 rest、auth 和 kong。',
    },
  );
}

const MAKE_NEW: Explanation = {
  en: 'waybell keys generate --secret-stdin makes new keys for the same secret; put them into Supabase’s .env, and restart kong.',
  zh: '用 waybell keys generate --secret-stdin 为同一个 secret 生成新的密钥；写入 Supabase 的 .env，并重新启动 kong。',
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
