import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Seals pickup codes at the door, and opens them for the person they are for. Between the two, what is sealed tells
 * nothing without the key; the bytes that the carrier sent still have the code, in the journal and in the archive.
 */
export interface CodeSeal {
  /**
   * @param parcel what they belong to: under another name they do not open, so that a row that was moved to another
   *   parcel shows its codes to nobody
   */
  seal(codes: readonly string[], parcel: string): string;
  /** `undefined` when none of the keys has sealed them, for this parcel, as they are. */
  open(sealed: string, parcel: string): string[] | undefined;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** What AES-GCM is made for; random ones may be used four thousand million times under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';

/** All are sealed at one length: how long a code is says something of it. Bytes; more than the most and longest have. */
const PADDED_BYTES = 512;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * @param secrets the first seals, all of them open
 * @returns nothing where there is no secret: then nothing is kept
 */
export function createCodeSeal(secrets: readonly string[]): CodeSeal | undefined {
  const keys = secrets.map(keyOf);
  const [first] = keys;
  if (first === undefined) return undefined;
  return {
    seal(codes, parcel) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first.bytes, nonce).setAAD(Buffer.from(parcel));
      const text = padded(JSON.stringify(codes));
      const sealed = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, first.id, sealed.toString('base64url')].join('.');
    },
    open(sealed, parcel) {
      const [version, id, text = ''] = sealed.split('.');
      const key = keys.find((one) => one.id === id);
      if (version !== VERSION || key === undefined) return undefined;
      return opened(key, Buffer.from(text, 'base64url'), parcel);
    },
  };
}

/** The id is derived beside the key, and tells nothing of it. */
function keyOf(secret: string): Key {
  const derive = (info: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `waybell pickup codes ${VERSION} ${info}`, length));
  return { id: derive('id', 6).toString('base64url'), bytes: derive('key', KEY_BYTES) };
}

/** JSON with blanks after it is the same JSON. */
function padded(json: string): Buffer {
  const blanks = Math.max(0, PADDED_BYTES - Buffer.byteLength(json));
  return Buffer.from(json + ' '.repeat(blanks));
}

function opened(key: Key, bytes: Buffer, parcel: string): string[] | undefined {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(parcel))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as string[];
  } catch {
    return undefined;
  }
}
