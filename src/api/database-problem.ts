import { types } from 'node:util';
import { fieldInvalid } from './request-input';
import { HttpProblem } from './http-problem';

/** Seconds after which a database that was restarted usually answers again. */
const RETRY_AFTER_S = 5;

/**
 * SQLSTATE classes and codes that mean "not now": https://www.postgresql.org/docs/current/errcodes-appendix.html
 * 08 connection, 28 login, 3D no such database, 53 resources, 57 shut down or statement timeout, 55P03 lock
 * timeout, 40 deadlock.
 */
const AWAY = /^(08|28|3D|53|57|40)|^55P03$/;

/** Node's and the driver's own errors, which carry no SQLSTATE. */
const AWAY_SYSTEM_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
];
const AWAY_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i;

const INSUFFICIENT_PRIVILEGE = '42501';
/** A value that the column's type cannot hold: text in a uuid column, too large for a bigint. */
const VALUE_UNFIT = ['22P02', '22003'];
/** A constraint of the table. */
const INTEGRITY_CLASS = '23';

/** What `databaseProblem` may say of any route that asks the database. */
export const DATABASE_PROBLEMS = ['database-unavailable', 'database-permission', 'database-refused'] as const;

/** Says what an error of the database means for the caller; `undefined` when it is our mistake. */
export function databaseProblem(error: unknown): HttpProblem | undefined {
  if (!types.isNativeError(error)) return undefined;
  const code = codeOf(error);
  if (AWAY.test(code) || AWAY_SYSTEM_CODES.includes(code) || AWAY_MESSAGE.test(error.message)) {
    return notNow('the database does not answer', error);
  }
  if (code === INSUFFICIENT_PRIVILEGE) {
    return new HttpProblem('database-permission', `the database role is not allowed this: ${error.message}`, {
      cause: error,
    });
  }
  if (code.startsWith(INTEGRITY_CLASS)) {
    return new HttpProblem('database-refused', `the database refuses this: ${error.message}`, {
      cause: error,
    });
  }
  return undefined;
}

/** What the database cannot say at the moment. @param cause for the log alone */
export function notNow(words: string, cause: unknown): HttpProblem {
  return new HttpProblem('database-unavailable', `${words}; try again later`, {
    retryAfterSeconds: RETRY_AFTER_S,
    cause,
  });
}

/** Runs statements; when PostgreSQL cannot read one of `fields` as an id, the problem names that field. */
export async function namingField<T>(
  fields: Readonly<Record<string, string | null | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!types.isNativeError(error) || !VALUE_UNFIT.includes(codeOf(error))) throw error;
    const given = Object.entries(fields).filter(([, value]) => value != null);
    const quoted = given.find(([, value]) => error.message.includes(`"${value}"`)) ?? given[0];
    if (!quoted) throw error;
    throw fieldInvalid(quoted[0], 'is not an id of this shop');
  }
}

/** An SQLSTATE of PostgreSQL, or the code of a system error. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
