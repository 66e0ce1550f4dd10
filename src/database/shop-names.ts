import { escapeIdentifier } from 'pg';
import type { ShopTables } from '../config/config';

/** A table of the shop as it stands in SQL: its parts quoted, and `name`, which has the schema before the table. */
type Quoted<Table> = { readonly [Part in keyof Table]: string } & { readonly name: string };

/** The columns that every shop has; those of facts are read by name. */
type Table<Part extends keyof ShopTables> = {
  readonly [
    Column in keyof NonNullable<ShopTables[Part]> as NonNullable<ShopTables[Part]>[Column] extends string
      ? Column
      : never
  ]: string;
};

interface ShopNames {
  readonly waybills: Quoted<Table<'waybills'>>;
  readonly orders: Quoted<Table<'orders'>>;
}

/** What the shop calls its tables and columns, ready for SQL. */
export function shopNames({ waybills, orders }: ShopTables): ShopNames {
  return { waybills: quote(waybills), orders: quote(orders) };
}

function quote<Named extends { readonly schema: string; readonly table: string }>(
  table: Named,
): Quoted<Named> {
  const parts = Object.entries({ ...table }).flatMap(([part, name]: [string, unknown]) =>
    typeof name === 'string' ? [[part, escapeIdentifier(name)] as const] : [],
  );
  const quoted = Object.fromEntries(parts) as Record<keyof Named, string>;
  return { ...quoted, name: `${quoted.schema}.${quoted.table}` };
}
