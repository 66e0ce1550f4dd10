import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { sign } from 'jsonwebtoken';

const HOUR = 60 * 60_000;
const SECOND = 1_000;
/** RFC 8292 allows 24 hours. */
const TOKEN_LIFE_MS = 12 * HOUR;
const RENEW_BEFORE_END_MS = 1 * HOUR;
/** There are about five push services; endpoints are given by clients. */
const MOST_ORIGINS = 100;

/** One private key; the public one follows from it. */
export interface VapidKeys {
  /** The `applicationServerKey` that browsers subscribe with. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** @throws {Error} when it is no private key of P-256 in base64url. */
export function vapidKeys(privateKey: string): VapidKeys {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(privateKey, 'base64url');
  const point = curve.getPublicKey();
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    d: privateKey,
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  return {
    publicKey: point.toString('base64url'),
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
  };
}

/** The `Authorization` of RFC 8292, signed once per push service for half a day. */
export function createVapid(
  { publicKey, privateKey }: VapidKeys,
  subject: string,
): (origin: string) => string {
  const headers = new Map<string, { readonly header: string; readonly until: number }>();
  return function authorizationFor(origin) {
    const now = Date.now();
    const kept = headers.get(origin);
    if (kept && kept.until > now) return kept.header;
    if (headers.size >= MOST_ORIGINS) headers.clear();
    const token = sign({}, privateKey, {
      algorithm: 'ES256',
      audience: origin,
      subject,
      expiresIn: TOKEN_LIFE_MS / SECOND,
    });
    const header = `vapid t=${token}, k=${publicKey}`;
    headers.set(origin, { header, until: now + TOKEN_LIFE_MS - RENEW_BEFORE_END_MS });
    return header;
  };
}
