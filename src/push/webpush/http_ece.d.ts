/** What Web Push needs of a package that brings no types. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  /** RFC 8188 with the keys of RFC 8291; all texts in base64url. */
  export function encrypt(
    plain: Buffer,
    parameters: {
      readonly version: 'aes128gcm';
      /** The sender's, for this message only. */
      readonly privateKey: ECDH;
      /** The receiver's public key. */
      readonly dh: string;
      readonly authSecret: string;
    },
  ): Buffer;
}
