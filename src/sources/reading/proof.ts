import { createHmac, timingSafeEqual } from 'node:crypto';
import { textOf } from './json';
import type { Conditions, Fault, SecretForm, Verification, WebhookRequest } from '../source';
import { plainText } from './text';

/**
 * Compares in constant time. All candidates are looked at, so that the time does not tell which secret fits.
 * @param given what the request carries, decoded
 * @param expected one digest per valid secret
 */
function fitsOne(given: Buffer, expected: readonly Buffer[]): boolean {
  return expected.reduce(
    (fits, digest) => (given.length === digest.length && timingSafeEqual(given, digest)) || fits,
    false,
  );
}

/** Where a proof stands, or should, and which names are there that may be meant. */
export interface Place {
  readonly in: 'header' | 'field';
  readonly name: string;
  readonly found?: string;
}

/** Longest list of names that may be meant; characters. */
const MAX_FOUND = 120;
/** What the header of a proof may be called. */
const PROOF_WORDS = /sign|hmac|digest|auth|token|webhook/;

/** A place in the headers. Senders rename theirs: what else looks like a proof is named too. */
export function inHeader({ headers }: WebhookRequest, name: string): Place {
  const others = Object.keys(headers).filter((one) => one !== name && PROOF_WORDS.test(one));
  return { in: 'header', name, ...foundOf(others) };
}

/** A place in the body, among the fields that it has. */
export function inField(name: string, fields: readonly string[] = []): Place {
  return { in: 'field', name, ...foundOf(fields) };
}

function foundOf(names: readonly string[]): { readonly found?: string } {
  return names.length === 0 ? {} : { found: plainText([...names].sort().join(', '), MAX_FOUND) };
}

/** The verdict on a digest that may be absent or wrong. */
export function verdictOn(given: Buffer, expected: readonly Buffer[], at: Place): Verification {
  if (given.length === 0) return missing(at);
  if (fitsOne(given, expected)) return { ok: true };
  return refused('signature-invalid', { kind: `${at.in}-mismatch`, place: at.name });
}

/** The verdict on a request without a proof, or without a part of one. */
export function missing({ in: where, name, ...found }: Place): Verification {
  return refused('signature-missing', { kind: `${where}-missing`, place: name, ...found });
}

export function refused(code: (Verification & { readonly ok: false })['code'], fault: Fault): Verification {
  return { ok: false, code, fault };
}

/** Decodes hex digits of either case; anything else fits no digest, and nothing is nothing. */
export function fromHex(text: string): Buffer {
  return /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(1);
}

/** Decodes standard base64; anything else, also without its padding, fits no digest. */
export function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : Buffer.alloc(1);
}

/** A header that is given once and holds something; anything else counts as absent. */
export function headerOf({ headers }: WebhookRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** One HMAC-SHA256 for each secret; none for an empty one, with which anybody can sign. */
export function hmacsOf(secrets: readonly string[], ...said: readonly (string | Buffer)[]): Buffer[] {
  return proving(secrets).map((secret) =>
    said.reduce((hmac, part) => hmac.update(part), createHmac('sha256', secret)).digest(),
  );
}

/** The secrets that prove something. */
export function proving(secrets: readonly string[]): string[] {
  return secrets.filter((secret) => secret !== '');
}

/** Seconds since 1970 stay below this until the year 5138; milliseconds have been above it since 1973. */
const MILLISECONDS_FROM = 100_000_000_000;

/** A time that is written as a number, as ISO 8601; empty for anything that is no time. */
export function isoOfUnix(value: unknown): string {
  const millis = millisOf(value);
  // The range of Date.
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : '';
}

/**
 * Judged last, so that only who holds a secret learns that a signature is merely old.
 * @param place the header or the field that the time stands in
 */
export function verdictOnAge(timestamp: string, conditions: Conditions, place: string): Verification {
  return verdictOnMoment(millisOf(timestamp), conditions, place);
}

/** As `verdictOnAge`, of a time that was read already. What was signed can be nonsense: NaN is never near now. */
export function verdictOnMoment(
  millis: number,
  { now, toleranceSeconds }: Conditions,
  place: string,
): Verification {
  if (Math.abs(now - millis) <= toleranceSeconds * 1000) return { ok: true };
  return refused('signature-expired', { kind: 'time-off', place });
}

function millisOf(value: unknown): number {
  const text = textOf(value);
  const number = /^\d+$/.test(text) ? Number(text) : value;
  if (typeof number !== 'number' || !(number > 0)) return Number.NaN;
  return number < MILLISECONDS_FROM ? number * 1000 : number;
}

/** Signatures of the Standard Webhooks specification, version 1: https://www.standardwebhooks.com */

export const STANDARD_SECRET_FORM: SecretForm = {
  pattern: /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
  words: 'whsec_ followed by at least 24 bytes in base64',
};

const SECRET_PREFIX = /^whsec_/;

/** Signatures of one request that are looked at. A sender that rotates its secrets gives two or three. */
const MAX_SIGNATURES = 16;

/**
 * Verifies that one signature of the request was made with one of `secrets` (several while they are rotated).
 * The age is judged last, so that only the holder of a secret learns that a signature is merely old.
 */
export function verifyStandardWebhook(
  request: WebhookRequest,
  secrets: readonly string[],
  conditions: Conditions,
): Verification {
  const signed = signedHeaders(request);
  if (signed === undefined) return missing(missingHeader(request));
  const { prefix, id, timestamp, signatures } = signed;
  const expected = secrets
    .filter((secret) => keyOf(secret).length > 0)
    .map((secret) => sign(secret, id, timestamp, request.body));
  const given = signatures
    .split(' ', MAX_SIGNATURES)
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => fromBase64(signature.slice('v1,'.length)));
  if (!given.some((signature) => fitsOne(signature, expected))) {
    return refused('signature-invalid', { kind: 'header-mismatch', place: `${prefix}-signature` });
  }
  // Of the specification: seconds, never milliseconds.
  return verdictOnMoment(Number(timestamp) * 1000, conditions, `${prefix}-timestamp`);
}

/** What the headers are called: as the specification says, and as Svix, which it comes from, goes on to send them. */
const PREFIXES = ['webhook', 'svix'];

/** Of each set, the one that holds the proof. */
export const STANDARD_PROOF_HEADERS: readonly string[] = PREFIXES.map((prefix) => `${prefix}-signature`);

/** Of a set. */
const PARTS = ['id', 'timestamp', 'signature'];

interface SignedHeaders {
  readonly prefix: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: string;
}

/** The three headers of one prefix; those of two are no set. */
function signedHeaders(request: WebhookRequest): SignedHeaders | undefined {
  for (const prefix of PREFIXES) {
    const [id, timestamp, signatures] = PARTS.map((name) => headerOf(request, `${prefix}-${name}`));
    if (id !== undefined && timestamp !== undefined && signatures !== undefined) {
      return { prefix, id, timestamp, signatures };
    }
  }
  return undefined;
}

/** The first header that lacks in the set that has begun, or in the one of the specification. */
function missingHeader(request: WebhookRequest): Place {
  const lacks = (prefix: string): string[] =>
    PARTS.map((name) => `${prefix}-${name}`).filter((name) => headerOf(request, name) === undefined);
  const sets = PREFIXES.map(lacks);
  const [first = ''] = sets.find(({ length }) => length < PARTS.length) ?? sets[0] ?? [];
  return inHeader(request, first);
}

/** The signature of a body, as raw bytes. */
export function sign(secret: string, id: string, timestamp: string, body: Buffer): Buffer {
  return createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
}

/**
 * The headers that prove a body of ours, as they are verified above.
 * @param secrets one signature for each, so that a receiver may change its own in its time
 * @param id the same for every try
 */
export function proofHeaders(
  secrets: readonly string[],
  id: string,
  now: Date,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signatures = secrets.map((secret) => sign(secret, id, timestamp, Buffer.from(body)));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.map((signature) => `v1,${signature.toString('base64')}`).join(' '),
  };
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(SECRET_PREFIX, ''), 'base64');
}
