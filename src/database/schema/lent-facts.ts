import { escapeIdentifier, escapeLiteral } from 'pg';
import { mappedFacts, type MappedMembers, type ShopTables } from '../../config/shop-tables';
import { type FactPart, partOf } from '../../shipment/shop-facts';
import type { Queryable } from '../pool';
import { shopNames } from '../shop-names';

/**
 * What a role of Waybell's own is lent beside the people of an order: the mapped columns of it, and who belongs to a
 * merchant. Functions of their own, so that the one which lends the people goes on as it is.
 */
export const FACTS_FUNCTION = 'waybell.order_facts';
export const MEMBERS_FUNCTION = 'waybell.merchant_members';

/** SQL: nothing is said beside. */
export const NO_FACTS = 'null::jsonb';

/** SQL: the values of the mapped columns of the row `alias`, by their names. A column that is not there is left out. */
export function factValues(alias: string, tables: ShopTables, part: FactPart): string {
  const columns = mappedFacts(tables).flatMap((fact) => (partOf(fact) === part ? [fact.column] : []));
  if (columns.length === 0) return NO_FACTS;
  const list = [...new Set(columns)].map(escapeLiteral).join(', ');
  return `(select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(${alias})) where key = any (array[${list}]))`;
}

/** SQL: the same of the order of the text `orderId`, lent. */
export const lentOrderFacts = (orderId: string, tables: ShopTables): string =>
  mapsOrderFacts(tables) ? `${FACTS_FUNCTION}(${orderId})` : NO_FACTS;

const mapsOrderFacts = (tables: ShopTables): boolean =>
  mappedFacts(tables).some((fact) => partOf(fact) === 'orders');

/** The SQL that makes the functions: a part of what `waybell migrate --worker` runs. */
export function lentFactsSql(tables: ShopTables): string {
  return lentFunctions(tables)
    .map(
      ({ name, returns, body }) => `create or replace function ${name}(wanted text) returns ${returns}
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set row_security = off
as ${escapeLiteral(body)};
revoke all on function ${name}(text) from public;`,
    )
    .join('\n');
}

/** The SQL that lets a role use them; a function of the shop's own is lent as it is. */
export function lentFactsGrants(tables: ShopTables, worker: string): string {
  const { members } = tables;
  return [
    ...lentFunctions(tables).map(({ name }) => `grant execute on function ${name}(text) to ${worker};`),
    ...(members && 'function' in members
      ? [
          `grant usage on schema ${escapeIdentifier(members.schema)} to ${worker};`,
          `grant execute on function ${membersFunction(members)}(text) to ${worker};`,
        ]
      : []),
  ].join('\n');
}

/** The functions that are missing, or read other columns than SHOP_TABLES names. */
export async function findStaleFunctions(db: Queryable, tables: ShopTables): Promise<string[]> {
  const wanted = lentFunctions(tables);
  const { rows } = await db.query<{ name: string }>(
    `select w.name from jsonb_to_recordset($1) as w(name text, body text)
       left join pg_proc p on p.oid = to_regprocedure(w.name || '(text)')
      where p.prosrc is distinct from w.body`,
    [JSON.stringify(wanted.filter(({ isNeeded }) => isNeeded))],
  );
  return rows.map(({ name }) => name);
}

interface LentFunction {
  readonly name: string;
  readonly returns: string;
  readonly body: string;
  /** Whether SHOP_TABLES maps something that it lends. */
  readonly isNeeded: boolean;
}

function lentFunctions(tables: ShopTables): LentFunction[] {
  const { orders } = shopNames(tables);
  const { members } = tables;
  const facts = {
    name: FACTS_FUNCTION,
    returns: 'jsonb',
    isNeeded: mapsOrderFacts(tables),
    body: byId(
      `${orders.name}.${orders.id}`,
      `return (select ${factValues('o', tables, 'orders')} from ${orders.name} o where o.${orders.id} = wanted_id limit 1);`,
    ),
  };
  if (members === undefined || 'function' in members) return [facts];
  const table = membersTable(members);
  const body = byId(
    `${table}.${escapeIdentifier(members.merchantId)}`,
    `return query select m.${escapeIdentifier(members.userId)}::text
      from ${table} m where m.${escapeIdentifier(members.merchantId)} = wanted_id;`,
  );
  return [facts, { name: MEMBERS_FUNCTION, returns: 'setof text', isNeeded: true, body }];
}

/** An id that the column cannot hold names nothing. */
const byId = (column: string, statement: string): string => `
declare
  wanted_id ${column}%type;
begin
  wanted_id := wanted;
  ${statement}
exception when invalid_text_representation or numeric_value_out_of_range then
  return${statement.startsWith('return query') ? '' : ' null'};
end `;

export const membersTable = ({ schema, table }: Extract<MappedMembers, { readonly table: string }>): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;

export const membersFunction = (members: Extract<MappedMembers, { readonly function: string }>): string =>
  `${escapeIdentifier(members.schema)}.${escapeIdentifier(members.function)}`;
