import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { SOURCES } from '../../src/sources/registry';
import { openTemporalAway } from '../setup/temporal-away';
import type { TemporalClient } from '../../src/process/open-temporal';
import { eventually } from '../setup/processes';
import { type ApiLab, openApiLab } from './api-lab';
import { type ChannelLab, openChannelLab } from './channel-lab';

const LIMIT = 1024 * 1024;
/** The aim is a second; the rest is for a machine that runs other tests. */
const BOUND_MS = 10_000;

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const SIGNED = 'a-secret-of-the-carrier';
/** Of those that say what a secret looks like. */
const STANDARD_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const SECRET_OF: Readonly<Record<string, string>> = {
  'own-system': STANDARD_SECRET,
  'standard-webhooks': STANDARD_SECRET,
};

let lab: ApiLab;
let channels: ChannelLab;
let away: TemporalClient;
beforeAll(async () => {
  lab = await openApiLab();
  // Temporal is away: what is taken needs no workflow, and the answers have to come all the same.
  away = await openTemporalAway();
  channels = await openChannelLab(
    lab,
    // Without a secret everything reaches the reader; with one, the verifier.
    SOURCES.flatMap(({ name, verify }) => [
      { source: name },
      { source: name, ...(verify && { secret: SECRET_OF[name] ?? SIGNED }) },
    ]),
    { temporal: away.client },
  );
});
afterAll(async () => {
  await channels.close();
  await away.close();
  await lab.close();
});

const scan = (n: number): Record<string, unknown> => ({
  ...{ mailno: 'SF0000000000001', opCode: '80', acceptTime: '2026-03-02 08:30:00', remark: `已签收 ${n}` },
  ...{ time: '2026-03-02 08:30:00', context: `scan ${n}`, AcceptTime: '2026-03-02 08:30:00' },
});
const many = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, n) => scan(n)));
/** One waybill with 10,000 scans, in the words of some sources. */
const TEN_THOUSAND = many(10_000)
  .replaceAll('"SF0000000000001"', '"S"')
  .slice(0, LIMIT - 300);
const rows = `${TEN_THOUSAND.slice(0, TEN_THOUSAND.lastIndexOf('},'))}}]`;

const BODIES: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['nothing', ''],
  ['broken percent-encoding', 'param=%E5%9&data=%&RequestData=%zz&content=%4&sign=%G1'],
  ['a field given twice', 'param={}&param={}&data={}&data={}&content={}&content={}&sign=a&sign=b'],
  ['a field with a NUL, given twice', '%00=a&%00=b&content={}'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x80, 0x81, 0x0a])],
  ['a form of bytes that are no text', 'param=%FF%FE%00&data=%FF&RequestData=%81&content=%FF&sign=%FF'],
  ['a nested list', '['.repeat(LIMIT)],
  ['a nested object', '{"a":'.repeat(Math.floor(LIMIT / 5))],
  ['a nested list in a field', `param=${'['.repeat(LIMIT - 20)}`],
  ['nested elements', `content=${'<a>'.repeat(Math.floor(LIMIT / 3) - 10)}`],
  ['entities', '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;&c;</a>'],
  ['half of a pair, and a NUL', '{"Body":{"WaybillRoute":[{"mailno":"\\ud800\\u0000","remark":"\\udc00"}]}}'],
  ['10,000 scans', `{"Body":{"WaybillRoute":${rows}},"lastResult":{"com":"sf","nu":"S","data":${rows}}}`],
  ['10,000 scans of SF', `{"Body":{"WaybillRoute":${rows}}}`],
  [
    '1,300 waybills',
    `{"Body":{"WaybillRoute":${rows.replace(
      /"S"/g,
      (() => {
        let n = 0;
        return () => `"SF${(n += 1)}"`;
      })(),
    )}}}`,
  ],
  ['a million fields', 'a&'.repeat(LIMIT / 2)],
  ['a long text', `{"tag":"${'签收人'.repeat(100_000)}"}`],
];

describe.each(SOURCES.map(({ name }, index) => [name, index * 2] as const))('%s', (name, index) => {
  const [unsigned, signed] = [index, index + 1];
  // What a carrier sends is kept with its flaws; the shop's own developers are told.
  const statuses = name === 'own-system' ? [400, 401] : [200, 401];

  test.each([
    ['as JSON', JSON_TYPE, unsigned],
    ['as a form in another charset', `${FORM_TYPE}; charset=GBK`, unsigned],
    ['without a proof', `${FORM_TYPE}; charset=UTF-8`, signed],
  ])('answers in time whatever is sent %s, and never blames itself', async (_, type, channel) => {
    for (const [what, body] of BODIES) {
      const sent = { body: Buffer.from(body).subarray(0, LIMIT), headers: { 'content-type': type } };
      const startedAt = performance.now();
      const { status, text } = await channels.post(name, channels.tokens[channel] ?? '', sent);
      const ms = performance.now() - startedAt;
      expect([what, statuses.includes(status), text !== '']).toEqual([what, true, true]);
      expect([what, Math.max(ms, BOUND_MS)]).toEqual([what, BOUND_MS]);
    }
  });
});

test('a body that is too large, also once it is unpacked, is refused', async () => {
  const index = SOURCES.findIndex(({ name }) => name === 'kuaidi100');
  const token = channels.tokens[index * 2] ?? '';
  const type = { 'content-type': JSON_TYPE };
  const plain = { body: Buffer.alloc(LIMIT + 1, 'a'), headers: type };
  const packed = {
    body: gzipSync(Buffer.alloc(200 * LIMIT)),
    headers: { ...type, 'content-encoding': 'gzip' },
  };
  for (const request of [plain, packed]) {
    const answer = await channels.post('kuaidi100', token, request);
    expect(answer).toMatchObject({ status: 413, json: { code: 'body-too-large' } });
  }
});

test('all that was taken reaches the archive, with what was not understood of it', async () => {
  await eventually(() => channels.intake.state().unarchived === 0, 150_000);
  const { rows: verdicts } = await lab.db.pool.query<{ verdict: string }>(
    `select distinct verdict from waybell.webhooks order by 1`,
  );
  expect(verdicts).toEqual([{ verdict: 'flawed' }]);
  const { json } = await channels.get('/api/v1/webhooks?verdict=flawed&limit=5');
  expect(json['count']).toBe(5);
});
