import { encrypt } from 'http_ece';
import { sign } from 'jsonwebtoken';
import { createECDH, createPrivateKey, ECDH, type KeyObject } from 'node:crypto';
import { UnsendableError } from '../attempt';
import type { WebPushKeys } from '../../shipment/device';

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

const CURVE = 'prime256v1';
const PUBLIC_KEY_BYTES = 65;
const AUTH_BYTES = 16;
const BASE64URL = /^[\w-]+={0,2}$/;

/** Whether a message can be encrypted with these: a point of P-256 and a secret of 16 bytes. */
export function areKeys(keys: WebPushKeys | null | undefined): keys is WebPushKeys {
  return isBytes(keys?.p256dh, PUBLIC_KEY_BYTES) && isPoint(keys?.p256dh) && isBytes(keys?.auth, AUTH_BYTES);
}

/** Not by its type: keys come from a client, or from a shop's table. */
function isBytes(text: unknown, length: number): boolean {
  return typeof text === 'string' && BASE64URL.test(text) && Buffer.from(text, 'base64url').length === length;
}

function isPoint(publicKey = ''): boolean {
  try {
    ECDH.convertKey(publicKey, CURVE, 'base64url');
    return true;
  } catch {
    return false;
  }
}

/** Mozilla's bridge to FCM takes 2,744 bytes; the encryption adds 103. */
const LONGEST_BYTES = 2_600;

/**
 * Encrypts for one browser, as aes128gcm (RFC 8291): the push service sees neither title nor text.
 * @throws {UnsendableError}
 */
export function encryptFor(keys: WebPushKeys | undefined, text: string): Buffer {
  if (keys === undefined) throw new UnsendableError('the keys of the subscription are missing');
  const plain = Buffer.from(text);
  if (plain.byteLength > LONGEST_BYTES) throw new UnsendableError('payload is too long');
  if (!areKeys(keys)) throw new UnsendableError('the keys of the subscription are not valid');
  const privateKey = createECDH(CURVE);
  privateKey.generateKeys();
  return encrypt(plain, { version: 'aes128gcm', privateKey, dh: keys.p256dh, authSecret: keys.auth });
}
