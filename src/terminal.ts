import { escapeInvisible, withoutInvisible } from './shipment/shown-text';

/**
 * The one way to a terminal (lint): what carriers, customers and providers have said stands in what commands print, and
 * nothing of it may be obeyed there.
 */

/** Prints what was asked for, on standard output. */
export function print(text: string): void {
  console.log(withoutInvisible(text));
}

/** Prints what is said beside it, on standard error. */
export function printAside(text: string): void {
  console.error(withoutInvisible(text));
}

/** JSON for programs, which `print` leaves as it is. */
export function asJson(value: unknown): string {
  return escapeInvisible(JSON.stringify(value, null, 2));
}

/** Rows of cells, the first the heads, in columns. */
export function inTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
