import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SOURCES } from '../../src/sources/registry';
import type { Source, WebhookRequest } from '../../src/sources/source';
import { carriedBy, changeJson } from './carried';
import { conditionsOf, FORM_TYPE, receivedOf } from './requests';
import { loadVectors } from './vectors/load';
import { expectWellFormed } from './well-formed';

/** Inputs for each source; `npm run test:sources` asks for 100,000. */
const INPUTS = (globalThis as { sourceInputs?: number }).sourceInputs ?? 2_000;
// The same inputs each time, so that a red run is about a change; others when many are asked for.
const SEED = INPUTS > 2_000 ? {} : { seed: 20_260_302 };
const share = (part: number) => ({ numRuns: Math.ceil(INPUTS * part), ...SEED });

async function genuineOf({ name }: Source) {
  const vectors = await loadVectors(name);
  return (vectors?.genuine ?? []).map((genuine) => ({
    ...genuine,
    secret: genuine.secret ?? vectors?.secret ?? '',
    conditions: conditionsOf(genuine.now ?? vectors?.now ?? 0),
  }));
}
type Genuine = Awaited<ReturnType<typeof genuineOf>>[number];

/** Pieces of what senders write, among anything that can be written. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '',
    '<',
    '&x;',
    '%',
    '\u0000',
    '\ud800',
    '2026-03-02 10:00:00',
    '13800138000',
    '张三',
    '1e999',
  ),
);

const anyHeaders = fc.dictionary(
  fc.constantFrom('content-type', 'sign', 'signature', 'timestamp', 'authorization', 'webhook-id'),
  fc.oneof(anyText, fc.array(anyText, { maxLength: 2 })),
  { maxKeys: 4 },
);

const anyRequest: fc.Arbitrary<WebhookRequest> = fc.oneof(
  fc.record({
    body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    headers: anyHeaders,
  }),
  fc.record({ body: anyText.map((text) => Buffer.from(text)), headers: anyHeaders }),
  fc
    .dictionary(fc.constantFrom('param', 'sign', 'data', 'content', 'RequestData'), anyText)
    .map((fields) => ({
      body: Buffer.from(new URLSearchParams(fields).toString()),
      headers: { 'content-type': FORM_TYPE },
    })),
);

/** Another value in the place of one of a genuine request, or other bytes in the place of some. */
const changeOf = fc.record({
  at: fc.nat(),
  value: fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText, fc.constantFrom(null, [], {}, [null], 0, -1)),
  bytes: fc.uint8Array({ maxLength: 6 }),
  cut: fc.nat({ max: 12 }),
  how: fc.constantFrom('value', 'text', 'bytes'),
});
type Change = typeof changeOf extends fc.Arbitrary<infer T> ? T : never;

function changed(request: WebhookRequest, { at, value, bytes, cut, how }: Change): WebhookRequest {
  const splice = (text: Buffer): Buffer => {
    const from = at % (text.length + 1);
    return Buffer.concat([text.subarray(0, from), bytes, text.subarray(from + cut)]);
  };
  if (how === 'bytes') return { ...request, body: splice(request.body) };
  const { text, carry } = carriedBy(request);
  if (how === 'text') return carry(splice(Buffer.from(text)).toString());
  let count = 0;
  changeJson(text, (any) => ((count += 1), any));
  let index = 0;
  const json = changeJson(text, (any) => (index++ === at % Math.max(count, 1) ? (value as typeof any) : any));
  return carry(json ?? splice(Buffer.from(text)).toString());
}

/** The request with one bit turned: in its body, or in a header that is part of the proof. */
function withFlippedBit({ request, covers }: Genuine, at: number): WebhookRequest {
  const parts = Object.entries(request.headers).filter(
    ([name, value]) => typeof value === 'string' && !/^(?:content-|user-agent|as-webhook-version)/.test(name),
  ) as [string, string][];
  const body = covers === 'headers' ? 0 : request.body.length;
  const lengths = [body, ...parts.map(([, value]) => value.length)];
  let byte = Math.floor(at / 8) % lengths.reduce((sum, length) => sum + length, 0);
  const part = lengths.findIndex((length) => byte < length || ((byte -= length), false));
  const flip = (bytes: Buffer): Buffer => {
    bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (at % 8));
    return bytes;
  };
  if (part === 0) return { ...request, body: flip(Buffer.from(request.body)) };
  const [name, value] = parts[part - 1] as [string, string];
  return {
    ...request,
    headers: { ...request.headers, [name]: flip(Buffer.from(value, 'latin1')).toString('latin1') },
  };
}

/** Hex digits mean the same in either case. */
const inLowerCase = ({ headers }: WebhookRequest): string =>
  JSON.stringify(headers).replace(/[0-9a-f]{32,}/gi, (digits) => digits.toLowerCase());

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (_, source) => {
  test('takes no generated request for a signed one, and reads each without an exception', () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(source.verify?.(request, ['secret'], conditionsOf(0)).ok ?? false).toBe(false);
        expectWellFormed(source.parse(request, conditionsOf(0)));
      }),
      share(0.25),
    );
  });

  test('reads every changed request without an exception', async () => {
    const genuine = await genuineOf(source);
    fc.assert(
      fc.property(fc.constantFrom(...genuine), changeOf, ({ request, conditions, secret }, change) => {
        const other = changed(request, change);
        source.verify?.(other, [secret], conditions);
        const parsed = source.parse(other, conditions);
        expectWellFormed(parsed);
        if (parsed.refusal) return;
        const received = receivedOf(parsed.updates);
        expect(
          source.acknowledge({ request: other, now: conditions.now, received }).body.length,
        ).toBeLessThan(2_000);
      }),
      share(0.5),
    );
  });

  test('takes no request with one bit turned, unless it reads the same or nothing', async () => {
    const signed = (await genuineOf(source)).filter(
      ({ request, covers }) =>
        source.verify !== undefined && (covers !== 'headers' || Object.keys(request.headers).length > 0),
    );
    // A sender that signs nothing has nothing to break.
    if (signed.length === 0) return;
    fc.assert(
      fc.property(fc.constantFrom(...signed), fc.nat(), (genuine, at) => {
        const { request, secret, conditions, covers } = genuine;
        const turned = withFlippedBit(genuine, at);
        if (source.verify?.(turned, [secret], conditions).ok !== true) return;
        if (covers === 'every-bit' || covers === 'headers')
          expect(inLowerCase(turned)).toBe(inLowerCase(request));
        if (covers === 'every-bit') expect(turned.body).toEqual(request.body);
        const read = source.parse(turned, conditions).updates;
        if (read.length > 0) expect(read).toEqual(source.parse(request, conditions).updates);
      }),
      share(0.25),
    );
  });
});
