import { createECDH, generateKeyPairSync, randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';

/** Everybody's keys in one bench: of the fake providers, of those who push, and of the browser. Texts only. */
export interface Keys {
  /** Of the fake providers; who pushes trusts the certificate. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** The .p8 of APNs and the key of Google's service account, PEM. */
  readonly apns: string;
  readonly google: string;
  /** In base64url, as is the browser's. */
  readonly vapid: KeyPair;
  readonly browser: KeyPair & { readonly auth: string };
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

const CURVE = 'prime256v1';
const AUTH_BYTES = 16;

export async function createKeys(): Promise<Keys> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  return {
    tls: { key, cert },
    apns: generateKeyPairSync('ec', { namedCurve: CURVE }).privateKey.export(pem).toString(),
    google: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export(pem).toString(),
    vapid: keyPair(),
    browser: { ...keyPair(), auth: randomBytes(AUTH_BYTES).toString('base64url') },
  };
}

function keyPair(): KeyPair {
  const curve = createECDH(CURVE);
  curve.generateKeys();
  return { privateKey: curve.getPrivateKey('base64url'), publicKey: curve.getPublicKey('base64url') };
}
