/**
 * Where a page of a list has ended that is sorted by a moment, the newest first, and within one moment by an id: the
 * next page begins behind it, whatever rows come and go meanwhile.
 */
export interface Place {
  /** ISO 8601 in UTC with microseconds, as PostgreSQL keeps it. */
  readonly at: string;
  readonly id: string;
}

/** SQL: the moment of a place. */
export const placeTime = (moment: string): string =>
  `to_char((${moment})::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What a row is sorted by, and the parameters that are a place. */
interface Sorted {
  readonly by: readonly [moment: string, id: string];
  readonly place: readonly [at: string, id: string];
}

/** SQL: whether a row stands behind a place. */
export const isBehindPlace = ({ by, place: [at, id] }: Sorted): string =>
  `(${by.join(', ')}) < (${at}::timestamptz, ${id})`;
