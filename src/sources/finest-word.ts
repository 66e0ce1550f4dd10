import type { ShipmentStatus } from '../shipment/status';
import type { StatusTable } from './source';

export interface Word {
  /** The finest that is said. */
  readonly code: string;
  /** The coarsest. */
  readonly kind: string;
  /** Absent where no table knows any of them. */
  readonly status?: ShipmentStatus | null;
}

/**
 * What a scan means that is described in several words, from the finest to the coarsest: what the finest says that
 * the table knows. A new word among known ones is nothing to complain of.
 */
export function finestWord(table: StatusTable, ...words: readonly string[]): Word {
  const code = words.find((word) => word !== '') ?? '';
  const kind = words.findLast((word) => word !== '') ?? '';
  const known = words.find((word) => Object.hasOwn(table, word));
  return known === undefined ? { code, kind } : { code, kind, status: table[known] ?? null };
}
