import { createHash } from 'node:crypto';
import { verdictOn } from './reading/proof';
import { readForm } from './reading/form';
import { proving } from './signed-headers';
import type { Source, Verification } from './source';

/** How a carrier signs a form: one field holds what is said, another the digest of its bytes and a secret. */
export interface SignedForm {
  readonly said: string;
  readonly digest: string;
  /** Turns the digest as it is written into bytes. */
  readonly decode: (written: string) => Buffer;
  /** The bytes that a digest must be; `md5OfBytesAndSecret` where absent. */
  readonly sign?: (said: Buffer, secret: string) => Buffer;
}

/** The digest of Chinese carriers: MD5 over what is said, percent-decoded, as it was sent, and the secret. */
export function md5OfBytesAndSecret(said: Buffer, secret: string): Buffer {
  return createHash('md5').update(said).update(secret).digest();
}

/** The `verify` of a source whose requests are forms signed in this way. */
export function verifySignedForm({
  said: saidField,
  digest: digestField,
  decode,
  sign = md5OfBytesAndSecret,
}: SignedForm): NonNullable<Source['verify']> {
  return function verify({ body }, secrets): Verification {
    const form = readForm(body);
    if ('problem' in form) return refused('signature-invalid', `the form has ${form.problem}`);
    const said = form.fields.get(saidField);
    const digest = form.fields.get(digestField)?.toString('latin1') ?? '';
    if (digest === '') return refused('signature-missing', `the form has no ${digestField}`);
    if (said === undefined) return refused('signature-invalid', `the form has no ${saidField}`);
    // A + of base64 that the sender did not percent-encode has become a space.
    const given = decode(digest.replaceAll(' ', '+'));
    return verdictOn(
      given,
      proving(secrets).map((secret) => sign(said, secret)),
    );
  };
}

function refused(code: 'signature-missing' | 'signature-invalid', message: string): Verification {
  return { ok: false, code, message };
}
