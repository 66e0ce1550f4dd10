import { createHash } from 'node:crypto';
import { escapeLiteral } from 'pg';
import type pg from 'pg';
import type { ShopTables } from '../../config/config';
import type { Explanation } from '../../shipment/explanation';
import { fittedId, type IdTypes, isTextual, readIdTypesNow } from '../ids';
import { newestScans } from '../parcels';
import type { Queryable } from '../pool';
import { shopNames } from '../shop-names';
import { findTableAccessProblems } from './access';
import { findUnindexed } from './shop-indexes';

/**
 * The scans of a person's own parcels, for pages that read PostgREST. It reads with the rights of its owner, since
 * nobody of the Data API may enter our schema, and so decides by itself whose rows they are: `auth.uid()`. It has no
 * pickup codes.
 */
export const PAGE_VIEW = 'public.waybell_scans';

/** How a view is known that is ours: what a shop has made under this name is never touched. */
const MARK = 'Made by "waybell migrate --view"';

/** What it reads of our own: the role that makes it may be another than the one that migrated. */
const OURS = ['platform_express_events', 'scan_texts'].map((table) => ({ schema: 'waybell', table }));

/** Roles of Supabase that its default privileges give every new table to. */
const DATA_API = ['anon', 'authenticated', 'service_role'];

/** Why the view is not made: nobody could be told from anybody else, or the name is taken. */
export class ViewRefused extends Error {
  override readonly name = 'ViewRefused';
}

/** The SQL that makes the view, in one transaction. @throws {ViewRefused} when it cannot be made here */
export async function pageViewSql(db: Queryable, tables: ShopTables): Promise<string> {
  const facts = await readFacts(db);
  const types = await readIdTypesNow(db, tables);
  const reason = await whyNot(db, tables, types, facts);
  if (reason !== undefined) throw new ViewRefused(`${PAGE_VIEW} is not made: ${reason}`);
  const body = viewBody(tables, types);
  return `begin;
drop view if exists ${PAGE_VIEW};
create view ${PAGE_VIEW} with (security_barrier) as
${body};
comment on view ${PAGE_VIEW} is ${escapeLiteral(commentOn(body))};
revoke all on ${PAGE_VIEW} from ${['public', ...facts.roles].join(', ')};
grant select on ${PAGE_VIEW} to authenticated;
notify pgrst, 'reload schema';
commit;`;
}

/** Makes the view, or makes it anew where it reads other tables than the settings name. @throws {ViewRefused} */
export async function makePageView(db: pg.Client, tables: ShopTables): Promise<void> {
  const sql = await pageViewSql(db, tables);
  try {
    await db.query(sql);
  } catch (error) {
    await db.query('rollback');
    throw error;
  }
}

/** What is to be said of a view that is there; `undefined` where there is none of ours. */
export async function examinePageView(db: Queryable, tables: ShopTables): Promise<Explanation[] | undefined> {
  const { comment } = await readFacts(db);
  if (comment?.startsWith(MARK) !== true) return undefined;
  const types = await readIdTypesNow(db, tables);
  const stale = comment !== commentOn(viewBody(tables, types));
  return [
    ...(stale
      ? [
          {
            en: `${PAGE_VIEW} reads other tables or columns than SHOP_TABLES names: run "waybell migrate --view" again.`,
            zh: `${PAGE_VIEW} 读取的表或列不是 SHOP_TABLES 所写的：请再次运行 waybell migrate --view。`,
          },
        ]
      : []),
    ...(await findMissingIndexes(db, tables)),
  ];
}

/** Each look of a page goes from the person to their orders, and from those to the parcels. */
export function findMissingIndexes(db: Queryable, { orders, waybills }: ShopTables): Promise<Explanation[]> {
  const wanted = [
    { schema: orders.schema, table: orders.table, column: orders.userId },
    { schema: waybills.schema, table: waybills.table, column: waybills.orderId },
  ];
  return findUnindexed(db, wanted, {
    en: `every page that reads ${PAGE_VIEW}`,
    zh: `读取 ${PAGE_VIEW} 的每个页面`,
  });
}

interface Facts {
  readonly hasUid: boolean;
  readonly roles: readonly string[];
  readonly taken: boolean;
  /** On what has the name of the view. */
  readonly comment: string | null;
}

async function readFacts(db: Queryable): Promise<Facts> {
  const { rows } = await db.query<Facts>(
    `select to_regprocedure('auth.uid()') is not null as "hasUid",
            array(select rolname::text from pg_roles where rolname = any ($1) order by 1) as roles,
            to_regclass($2) is not null as taken, obj_description(to_regclass($2), 'pg_class') as comment`,
    [DATA_API, PAGE_VIEW],
  );
  return rows[0] as Facts;
}

async function whyNot(
  db: Queryable,
  tables: ShopTables,
  { buyerId }: IdTypes,
  { hasUid, roles, taken, comment }: Facts,
): Promise<string | undefined> {
  const { orders, waybills } = tables;
  if (!hasUid) return 'this database has no auth.uid(), which says at Supabase who asks.';
  if (!roles.includes('authenticated'))
    return 'there is no role authenticated, with which signed-in people ask.';
  if (taken && comment?.startsWith(MARK) !== true)
    return 'there is something else of that name, which stays as it is.';
  if (buyerId !== 'uuid' && !isTextual(buyerId))
    return `${orders.schema}.${orders.table}.${orders.userId} is of type ${buyerId}, and auth.uid() is a uuid.`;
  const [problem] = await findTableAccessProblems(
    db,
    [orders, waybills, ...OURS].map(({ schema, table }) => ({
      schema,
      table,
      privileges: ['SELECT'] as const,
    })),
  );
  return problem && `it would read with the rights of this role. ${problem.sentence.en}`;
}

function viewBody(tables: ShopTables, types: IdTypes): string {
  const { orders, waybills } = shopNames(tables);
  const link = `b.${waybills.orderId}`;
  const isIts =
    types.orderId === types.namedOrderId
      ? `${link} = o.${orders.id}`
      : `${link} = ${fittedId(`o.${orders.id}::text`, types.namedOrderId)}`;
  const uid = types.buyerId === 'uuid' ? '(select auth.uid())' : '(select auth.uid()::text)';
  return `select o.${orders.id} as order_id, b.${waybills.carrier} as carrier, b.${waybills.trackingNo} as tracking_no,
       scan.status, scan.event_time, scan.event_text, scan.place
  from ${orders.name} o
  join ${waybills.name} b on ${isIts}
 cross join lateral (${newestScans(`b.${waybills.id}::text`, `upper(b.${waybills.trackingNo}::text)`)}) scan
 where o.${orders.userId} = ${uid}`;
}

const commentOn = (body: string): string =>
  `${MARK} ${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
