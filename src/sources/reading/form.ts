import { createHash } from 'node:crypto';
import { bytesOfMember, fieldsOf, readJsonObject, textOf, type Fields } from './json';
import { headerOf, inField, missing, proving, refused, verdictOn } from './proof';
import type { Fault, Source, Verification, WebhookRequest } from '../source';
import { cutSaid, decodeText, plainText } from './text';

/** Forms of carriers have below ten fields. */
const MAX_FIELDS = 64;
/** Longest name that is repeated to people; characters. */
const MAX_NAME = 64;

const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;
/** A byte order mark and white space may stand before a JSON object; no form begins with a brace. */
const JSON_OBJECT = /^(?:\xef\xbb\xbf)?\s*\{/;

type Form =
  | {
      /** The bytes of a field as its sender signed them; `undefined` for one that is not there. */
      readonly field: (name: string) => Buffer | undefined;
      readonly names: readonly string[];
    }
  | (Problem & { readonly fault: Fault });

const unreadable = (problem: string): Form => ({
  problem,
  fault: { kind: 'form-malformed', place: '' },
});

/**
 * Reads a form, or a JSON object of the same fields, which some carriers send instead and sign in the same way. The
 * bytes decide, since senders declare wrong media types.
 */
function readFormOrJson(body: Buffer): Form {
  return JSON_OBJECT.test(body.toString('latin1', 0, 16)) ? readJsonFields(body) : readForm(body);
}

/** What a text says, whole and in UTF-8, which all JSON is; of an object its bytes as they stand there. */
function readJsonFields(body: Buffer): Form {
  const json = readJsonObject(body);
  if (json === undefined) return unreadable('no JSON object');
  const fields = fieldsOf(json);
  return {
    names: Object.keys(fields),
    field(name) {
      const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (typeof value === 'object' && value !== null) return bytesOfMember(body, name);
      if (value === undefined || value === null) return undefined;
      return Buffer.from(typeof value === 'string' ? value : textOf(value));
    },
  };
}

/**
 * Reads `application/x-www-form-urlencoded` into bytes, not text: a carrier that writes GBK signs GBK bytes.
 * Strict where the standard is lenient, because what one reader skips and another reads breaks a signature: a
 * field given twice and a broken percent-encoding are refused.
 */
function readForm(body: Buffer): Form {
  const fields = new Map<string, Buffer>();
  for (const pair of splitAt(body, '&')) {
    if (pair.length === 0) continue;
    const equals = pair.indexOf('=');
    const name = decodePercent(equals < 0 ? pair : pair.subarray(0, equals));
    const value = equals < 0 ? Buffer.alloc(0) : decodePercent(pair.subarray(equals + 1));
    if (name === undefined || value === undefined) return unreadable('a broken percent-encoding');
    const key = name.toString('latin1');
    if (fields.has(key)) {
      const place = plainText(key, MAX_NAME);
      return { problem: `the field ${place} is given twice`, fault: { kind: 'field-repeated', place } };
    }
    if (fields.size === MAX_FIELDS) return unreadable(`more than ${MAX_FIELDS} fields`);
    fields.set(key, value);
  }
  return { field: (name) => fields.get(name), names: [...fields.keys()] };
}

function splitAt(bytes: Buffer, separator: string): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(separator); end >= 0; end = bytes.indexOf(separator, start)) {
    parts.push(bytes.subarray(start, end));
    start = end + 1;
    if (parts.length > MAX_FIELDS) break;
  }
  parts.push(bytes.subarray(start));
  return parts;
}

function decodePercent(encoded: Buffer): Buffer | undefined {
  const decoded = Buffer.alloc(encoded.length);
  let length = 0;
  for (let i = 0; i < encoded.length; i += 1) {
    let byte = encoded[i] ?? 0;
    if (byte === PLUS) byte = SPACE;
    else if (byte === PERCENT) {
      byte = (hexDigit(encoded[i + 1]) << 4) | hexDigit(encoded[i + 2]);
      if (byte < 0) return undefined;
      i += 2;
    }
    decoded[length] = byte;
    length += 1;
  }
  return decoded.subarray(0, length);
}

/**
 * By hand: a body of 1 MiB has 350,000 of these, and a text and a number for each would take half a second.
 * @returns a negative number for what is no digit
 */
function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

export type Problem = { readonly problem: string };

/** Reads a field of a form that says one thing: a text, cut. */
export function readFieldText(request: WebhookRequest, name: string): { readonly text: string } | Problem {
  const field = readFieldDocument(request, name);
  return 'problem' in field ? field : { text: cutSaid(field.document) };
}

/** Reads a field of a form that is a document of its own: whole, to be parsed and nothing else. */
export function readFieldDocument(
  request: WebhookRequest,
  name: string,
): { readonly document: string } | Problem {
  const form = readFormOrJson(request.body);
  if ('problem' in form) return { problem: `the form has ${form.problem}` };
  const bytes = form.field(name);
  if (bytes === undefined) return { problem: `the form has no field ${name}` };
  const document = decodeText(bytes, headerOf(request, 'content-type'));
  return document === undefined ? { problem: `${name} is neither UTF-8 nor GBK` } : { document };
}

/** Reads a field of a form that must hold a JSON object. */
export function readFieldJson(request: WebhookRequest, name: string): { readonly fields: Fields } | Problem {
  const field = readFieldDocument(request, name);
  if ('problem' in field) return field;
  const json = readJsonObject(Buffer.from(field.document));
  return json === undefined ? { problem: `${name} is no JSON object` } : { fields: fieldsOf(json) };
}

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
    const form = readFormOrJson(body);
    if ('problem' in form) return refused('signature-invalid', form.fault);
    const said = form.field(saidField);
    // One that is longer is none, cut or not.
    const digest = cutSaid(form.field(digestField)?.toString('latin1') ?? '');
    if (digest === '') return missing(inField(digestField, form.names));
    if (said === undefined) return refused('signature-invalid', { kind: 'field-missing', place: saidField });
    // A + of base64 that the sender did not percent-encode has become a space.
    const given = decode(digest.replaceAll(' ', '+'));
    return verdictOn(
      given,
      proving(secrets).map((secret) => sign(said, secret)),
      inField(digestField),
    );
  };
}
