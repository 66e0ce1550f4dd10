/** A secret or a token: valid for ever, or until a time in ISO 8601. */
export interface Expiring {
  readonly expiresAt?: string | undefined;
}

export function isValidAt(now: number, { expiresAt }: Expiring): boolean {
  return expiresAt === undefined || now < Date.parse(expiresAt);
}

/** What is left of `old` once it is being replaced: nothing is valid after `end`, and what has expired is dropped. */
export function endBy<T extends Expiring>(old: readonly T[], end: number, now: number): T[] {
  return old
    .map((one) => (isValidAt(end, one) ? { ...one, expiresAt: new Date(end).toISOString() } : one))
    .filter((one) => isValidAt(now, one));
}
