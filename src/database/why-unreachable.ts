/** What PostgreSQL or the network says when nobody gets in, and which part of the URL it is about. */
const WORDS: Readonly<Record<string, string>> = {
  '28P01': 'PostgreSQL does not take its user and password',
  '28000': 'PostgreSQL does not let its user in from here',
  '3D000': 'there is no database of that name',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its host’s name cannot be looked up now',
  ECONNREFUSED: 'nothing listens at its host and port',
  EHOSTUNREACH: 'there is no way to its host',
  ETIMEDOUT: 'its host does not answer',
};
const TIMED_OUT = /timeout expired|connection timeout/i;

/** Why nothing connects to the database of DATABASE_URL, in a sentence that names the setting; or `undefined`. */
export function whyUnreachable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '' } = error as NodeJS.ErrnoException;
  const words = WORDS[code] ?? (TIMED_OUT.test(error.message) ? WORDS['ETIMEDOUT'] : undefined);
  return words && `DATABASE_URL: ${words} (${error.message || code}).`;
}

/** Runs what connects to it. @throws {Error} that sentence, where nothing does */
export async function namingDatabaseUrl<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const words = whyUnreachable(error);
    throw words === undefined ? error : new Error(words, { cause: error });
  }
}
