import { describe, expect, test } from '@jest/globals';
import { SOURCES } from '../../src/sources/registry';
import type { WebhookRequest } from '../../src/sources/source';
import { carriedBy, changeJson, type Carried } from './carried';
import { conditionsOf, receivedOf } from './requests';
import { loadVectors } from './vectors/load';
import { expectWellFormed } from './well-formed';

/** What the API takes as a body; bytes. */
const LIMIT = 1024 * 1024;
/** Of the processor, so that a busy machine fails nobody; ten times what a quiet one takes at worst. */
const MAX_CPU_MS = 10_000;

const fill = (piece: string, around = 0): string => piece.repeat(Math.floor((LIMIT - around) / piece.length));

/** Texts that make a careless expression look far, or a masker find much. */
const GIANTS = [
  fill('A'),
  '1 '.repeat(LIMIT / 2),
  '签收人张'.repeat(LIMIT / 12),
  '&#x41;'.repeat(LIMIT / 6),
  ' '.repeat(LIMIT),
];

const withGiants = ({ text, carry }: Carried): WebhookRequest[] =>
  GIANTS.map((giant) => {
    const length = Math.floor(giant.length / 120);
    const json = changeJson(text, (value) =>
      typeof value === 'string' ? value + giant.slice(0, length) : value,
    );
    return carry(json ?? text.replaceAll('><', `>${giant.slice(0, length)}<`));
  });

const hasList = (value: unknown): boolean => /\[[^\]]/.test(JSON.stringify(value));

/** The row as the `n`th of many: its texts and times are its own. */
const rowOf = (row: unknown, n: number): unknown =>
  JSON.parse(
    JSON.stringify(row, (name, value: unknown) => {
      if (typeof value !== 'string' || /code|status|tag/i.test(name)) return value;
      const second = String(n % 60).padStart(2, '0');
      return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:/.test(value)
        ? value.replace(/:\d{2}$/, `:${second}`)
        : `${value}${n}`;
    }),
  );

/** Either the inmost lists made longer, or those around them. */
const withRows = (
  { text, carry }: Carried,
  which: 'inmost' | 'outer',
  rows: number,
  empty: boolean,
): WebhookRequest => {
  const json = changeJson(text, (value) => {
    if (!Array.isArray(value) || value.length === 0 || hasList(value[0]) !== (which === 'outer'))
      return value;
    return Array.from({ length: rows }, (_, n) =>
      empty ? {} : rowOf(value[n % value.length], n),
    ) as typeof value;
  });
  const request = carry(json ?? text.repeat(100));
  // As many rows as the API takes.
  const tooBig = request.body.length / LIMIT;
  return tooBig > 1 && json !== undefined
    ? withRows({ text, carry }, which, Math.floor(rows / tooBig) - 1, empty)
    : request;
};

const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + close.repeat(depth);

const NESTED = [
  fill('['),
  nested('[', ']', LIMIT / 2),
  `{"data":${nested('[', ']', LIMIT / 2 - 10)}}`,
  `{"a":${nested('{"a":', '}', LIMIT / 6 - 10).replace('{"a":}', '{"a":1}')}}`,
  nested('<a>', '</a>', Math.floor(LIMIT / 7)),
  '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;&c;&c;</a>',
];

function cpuMsOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (name, source) => {
  const expectBounded = (what: string, request: WebhookRequest, now: number): void => {
    const conditions = conditionsOf(now);
    const read = (): void => {
      source.verify?.(request, ['secret'], conditions);
      const parsed = source.parse(request, conditions);
      expectWellFormed(parsed);
      if (!parsed.refusal) source.acknowledge({ request, now, received: receivedOf(parsed.updates) });
      source.refuse?.('no', request);
    };
    const first = cpuMsOf(read);
    // What a machine does for others can count as ours, but not twice.
    const ms = first > MAX_CPU_MS ? Math.min(first, cpuMsOf(read)) : first;
    expect([what, Math.max(ms, MAX_CPU_MS)]).toEqual([what, MAX_CPU_MS]);
  };
  const genuine = async (): Promise<{ carried: Carried; request: WebhookRequest; now: number }> => {
    const vectors = await loadVectors(name);
    const request = vectors?.genuine[0]?.request as WebhookRequest;
    // The machine code of a first run is not what is measured.
    source.parse(request, conditionsOf(0));
    return { carried: carriedBy(request), request, now: vectors?.now ?? 0 };
  };

  test('reads what is nested without end', async () => {
    const { carried, request, now } = await genuine();
    for (const [i, text] of NESTED.entries()) {
      expectBounded(`body ${i}`, { ...request, body: Buffer.from(text) }, now);
      // In a form each character takes three bytes.
      expectBounded(`text ${i}`, carried.carry(text.slice(0, LIMIT / 3)), now);
    }
  });

  test('reads 10,000 rows, and 100,000 empty ones', async () => {
    const { carried, now } = await genuine();
    for (const which of ['inmost', 'outer'] as const) {
      expectBounded(`10,000 rows, ${which}`, withRows(carried, which, 10_000, false), now);
      expectBounded(`100,000 empty rows, ${which}`, withRows(carried, which, 100_000, true), now);
    }
  });

  test('reads giant texts', async () => {
    const { carried, now } = await genuine();
    for (const [i, request] of withGiants(carried).entries()) expectBounded(`giant ${i}`, request, now);
  });

  test('reads a form of a million fields', async () => {
    const { request, now } = await genuine();
    expectBounded('fields', { ...request, body: Buffer.from(fill('a&')) }, now);
    expectBounded('percents', { ...request, body: Buffer.from(`data=${fill('%41', 5)}`) }, now);
  });
});
