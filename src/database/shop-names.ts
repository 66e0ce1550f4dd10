import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';

/** A table of the shop as it stands in SQL: its parts quoted, and `name`, which has the schema before the table. */
type Quoted<Table> = Readonly<Record<keyof Table | 'name', string>>;

interface ShopNames {
  readonly waybills: Quoted<ShopTables['waybills']>;
  readonly orders: Quoted<ShopTables['orders']>;
}

/** What the shop calls its tables and columns, ready for SQL. */
export function shopNames({ waybills, orders }: ShopTables): ShopNames {
  return { waybills: quote(waybills), orders: quote(orders) };
}

function quote<Table extends { readonly schema: string; readonly table: string }>(
  table: Table,
): Quoted<Table> {
  const parts = Object.entries({ ...table }).map(([part, name]) => [part, escapeIdentifier(name)]);
  const quoted = Object.fromEntries(parts) as Record<keyof Table, string>;
  return { ...quoted, name: `${quoted.schema}.${quoted.table}` };
}
