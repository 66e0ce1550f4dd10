import { z } from 'zod';
import type { Place } from '../database/page-place';
import { printable } from '../sources/reading/text';

const AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
const MAX_LENGTH = 1024;

/** The place of the last row of a page, for who asks for the next one: a text that says nothing to them. */
export function cursorOf({ at, id }: Place): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** Of rows, one more than a page holds, the page, and what its caller sends for the next one. */
export function pageOf<Row extends { readonly at: string }>(
  rows: readonly Row[],
  limit: number,
  idOf: (row: Omit<Row, 'at'>) => string,
): { readonly page: Omit<Row, 'at'>[]; readonly next: string | null } {
  const shown = rows.slice(0, limit).map(({ at, ...row }) => ({ row, place: { at, id: idOf(row) } }));
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { page: shown.map(({ row }) => row), next: last ? cursorOf(last.place) : null };
}

/** Such a text as it comes back. One that was made up leads to a place that is not there, and shows nothing more. */
export const pageCursor = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, context): Place => {
    const [at = '', ...id] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
    const place = { at, id: id.join(' ') };
    if (isMoment(at) && printable(place.id) && cursorOf(place) === text) return place;
    context.addIssue({ code: 'custom', message: 'is not what the page before has said' });
    return z.NEVER;
  });

/** A day that does not exist is no moment, though JavaScript takes 31 February for 3 March. */
function isMoment(at: string): boolean {
  const day = new Date(at);
  return AT.test(at) && !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 23) === at.slice(0, 23);
}
