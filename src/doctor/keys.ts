import { randomBytes } from 'node:crypto';
import { sign } from 'jsonwebtoken';

export interface KeyChoices {
  /** As PostgREST and Supabase Auth have it. Without one, a new one is made. */
  readonly secret?: string;
  readonly issuer: string;
  readonly years: number;
  readonly audience?: string;
}

export interface GeneratedKeys {
  readonly secret: string;
  readonly anonKey: string;
  readonly serviceRoleKey: string;
}

const YEAR_S = 365 * 24 * 60 * 60;
/** 256 bits, as long as the digest of HS256; letters and digits, so that no file needs quotes around it. */
const SECRET_BYTES = 32;

/** Makes the two keys of a self-hosted Supabase, as its own page does: https://supabase.com/docs/guides/self-hosting/docker */
export function generateKeys({ secret = newSecret(), issuer, years, audience }: KeyChoices): GeneratedKeys {
  const keyFor = (role: string): string =>
    sign({ role }, secret, {
      algorithm: 'HS256',
      issuer,
      expiresIn: years * YEAR_S,
      ...(audience !== undefined && { audience }),
    });
  return { secret, anonKey: keyFor('anon'), serviceRoleKey: keyFor('service_role') };
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('hex');
}
