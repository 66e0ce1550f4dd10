import { createHash } from 'node:crypto';
import type pg from 'pg';

/** What PostgreSQL keeps of a connection from one transaction to the next. */
export interface Session {
  /** Nobody stands between: what is set stays set, and what was prepared is still there. */
  readonly isOurs: boolean;
  /** The names of statements that it has parsed. */
  readonly prepared: Set<string>;
}

/** The back end that a connection was told to have, at its start (BackendKeyData); the type does not know the field. */
export function toldTo(client: pg.ClientBase): number | null {
  return (client as unknown as { readonly processID: number | null }).processID;
}

/**
 * Begins a session. A pooler tells a number of its own, since a client cancels its statement by it, whatever back end
 * that is on at the moment. Where the number is that of the back end, nobody is between, and `settings` are set for good.
 */
export async function beginSession(
  client: pg.ClientBase,
  send: (text: string) => Promise<pg.QueryResult<{ pid?: number }>>,
  settings: string,
): Promise<Session> {
  const { rows } = await send('select pg_backend_pid() as pid');
  const isOurs = rows[0]?.pid === toldTo(client);
  if (isOurs) await send(settings);
  return { isOurs, prepared: new Set() };
}

/** A session keeps the plan of each statement, in the memory of PostgreSQL; what comes later is parsed each time. */
const MOST_PREPARED = 256;
/** Texts whose names are remembered, so that they are not calculated each time. */
const MOST_NAMES = 1_024;
const names = new Map<string, string>();

/**
 * The name under which a session keeps a statement; `undefined` where it keeps none. Made of its text, so that it can
 * never stand for another one.
 */
export function nameOf({ isOurs, prepared }: Session, text: string): string | undefined {
  if (!isOurs) return undefined;
  const name = names.get(text) ?? addName(text);
  return prepared.has(name) || prepared.size < MOST_PREPARED ? name : undefined;
}

function addName(text: string): string {
  if (names.size === MOST_NAMES) names.clear();
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  names.set(text, name);
  return name;
}

/**
 * What a statement says that was parsed before a table became another one: the type of a result has changed, or that of
 * a parameter does not fit its column any more. A value that does not fit may fit the type that the column has by now.
 * And what one says that is gone, or there without us: somebody is between after all.
 */
const OUTLIVED = ['0A000', '42883', '42804'];
const UNFIT = ['22P02', '22003', '22007', '22008'];
const NOT_OURS = ['26000', '42P05'];

const isOneOf = (codes: readonly string[], { code = '' }: pg.DatabaseError): boolean => codes.includes(code);

/** Whether a new session may take a statement that one has refused which has parsed it earlier. */
export const isOutlived = (error: pg.DatabaseError): boolean => isOneOf(OUTLIVED, error);

/** Whether it is worth to ask again. */
export const mayBeOutlived = (error: pg.DatabaseError): boolean => isOneOf([...OUTLIVED, ...UNFIT], error);

export const isNotOurs = (name: string | undefined, error: pg.DatabaseError): boolean =>
  name !== undefined && isOneOf(NOT_OURS, error);
