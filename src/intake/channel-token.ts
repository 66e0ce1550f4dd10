import { createHash, randomBytes } from 'node:crypto';

/** 192 bits: nobody finds one by trying, so a plain hash of it is as good as a slow one. */
const TOKEN_BYTES = 24;

/** What makes the URL of a channel unguessable; fit for a URL as it is. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is kept of a token. To look it up tells by its time something about the hash, and nothing of the token. */
export function tokenSha256(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
