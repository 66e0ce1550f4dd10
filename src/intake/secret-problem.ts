import type { Source } from '../sources/source';

/** Longer than any carrier's. */
const MAX_SECRET_LENGTH = 512;

/** Why this cannot be a secret of the source, in words that do not hold it. */
export function secretProblem(secret: string, source: Source | undefined): string | undefined {
  if (secret === '') return 'is empty: with an empty secret everybody can sign';
  if (secret.length > MAX_SECRET_LENGTH) return `is longer than ${MAX_SECRET_LENGTH} characters`;
  // Comes from copying, and is looked for for a long time.
  if (secret !== secret.trim()) return 'begins or ends with white space';
  if (/\p{Cc}/u.test(secret)) return 'holds control characters';
  const form = source?.secretForm;
  if (form !== undefined && !form.pattern.test(secret)) return `must be ${form.words}`;
  return undefined;
}
