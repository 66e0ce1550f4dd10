import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SHIPMENT_STATUSES, type StatusMap } from '../../src/shipment/status';
import { headerOf } from '../../src/sources/reading/proof';
import { findSource, SOURCES } from '../../src/sources/registry';
import type { Source, WebhookRequest } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { conditionsOf, receivedOf } from './requests';
import { loadVectors } from './vectors/load';
import type { GenuineRequest, SourceVectors } from './vectors/vectors';

const ROOT = path.join(__dirname, '../..');

/** The rows of tables that begin with the name of a source. */
const rowsOf = (page: string, name: string): string[] =>
  readFileSync(path.join(ROOT, page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`| \`${name}\` `));

const EVIDENCE_IN_CHINESE: Readonly<Record<Source['evidence'], string>> = {
  'official documentation': '官方文档',
  'published vectors': '公开的签名示例',
  'integrators’ code': '集成方的代码',
};

async function vectorsOf({ name }: Source): Promise<SourceVectors> {
  const vectors = await loadVectors(name);
  if (vectors === undefined) throw new Error(`no test/sources/vectors/${name}.ts that exports vectors`);
  return vectors;
}

const verify = (source: Source, request: WebhookRequest, now: number, ...secrets: string[]) =>
  source.verify?.(request, secrets, conditionsOf(now));

/** The genuine requests, each with its secret and its time. */
const genuineOf = (vectors: SourceVectors) =>
  vectors.genuine.map((genuine: GenuineRequest) => ({
    ...genuine,
    secret: genuine.secret ?? vectors.secret ?? '',
    now: genuine.now ?? vectors.now,
  }));

test('every source has a name of its own, which is a part of a URL', () => {
  const names = SOURCES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z0-9][a-z0-9-]*$/.test(name))).toEqual([]);
  expect(names.filter((name) => findSource(name)?.name !== name)).toEqual([]);
  expect(findSource('constructor')).toBeUndefined();
});

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (name, source) => {
  test('says what each of its words for a status means', () => {
    const meanings = Object.values(source.statusTable).filter((status) => status !== null);
    expect(meanings.filter((status) => !SHIPMENT_STATUSES.includes(status))).toEqual([]);
    expect(meanings).toEqual(expect.arrayContaining(['in_transit', 'out_for_delivery', 'delivered']));
    const unknown = source.lockerSigned?.filter((word) => !Object.hasOwn(source.statusTable, word));
    expect(unknown ?? []).toEqual([]);
  });

  test('has its evidence in the documentation', () => {
    // A carrier of the same name stands in the table of carriers below, too.
    expect(rowsOf('docs/sources.md', name).slice(0, 2)).toEqual([
      expect.anything(),
      expect.stringContaining(`| ${source.evidence} |`),
    ]);
    expect(rowsOf('README.md', name)).toEqual([expect.stringContaining(`| ${source.evidence} |`)]);
    const inChinese = expect.stringContaining(`| ${EVIDENCE_IN_CHINESE[source.evidence]} |`);
    expect(rowsOf('docs/sources.zh-CN.md', name).slice(0, 2)).toEqual([expect.anything(), inChinese]);
    expect(rowsOf('README.zh-CN.md', name)).toEqual([inChinese]);
  });

  test('brings requests that it takes, and that tell something', async () => {
    const genuine = genuineOf(await vectorsOf(source));
    expect(genuine.filter(({ tellsNothing }) => !tellsNothing).length).toBeGreaterThan(0);
    for (const { what, request, secret, now, tellsNothing } of genuine) {
      const conditions = conditionsOf(now);
      const { updates, flaws } = source.parse(request, conditions);
      if (tellsNothing) expect([what, updates]).toEqual([what, []]);
      else expect([what, flaws, updates.length > 0]).toEqual([what, expect.anything(), true]);
      expect(source.parse(request, conditions).updates.map(deliveryWorkflowId)).toEqual(
        updates.map(deliveryWorkflowId),
      );
      if (source.verify) expect([what, verify(source, request, now, secret)?.ok]).toEqual([what, true]);
    }
  });

  test('leaves the shop the last word on each of its own', async () => {
    for (const { what, request, now } of genuineOf(await vectorsOf(source))) {
      const wordsOf = (statusMap: StatusMap) =>
        source.parse(request, { ...conditionsOf(now), statusMap }).updates.flatMap(({ events }) => events);
      for (const word of new Set(wordsOf({}).map(({ rawStatus }) => rawStatus))) {
        if (word === '') continue;
        for (const status of ['customs', 'returned', null] as const) {
          const read = wordsOf({ [`${name}/${word}`]: status }).filter(({ rawStatus }) => rawStatus === word);
          expect([what, word, new Set(read.map((event) => event.status ?? null))]).toEqual([
            ...[what, word, new Set(read.length > 0 ? [status] : [])],
          ]);
        }
      }
    }
  });

  test('takes any of several secrets, and none that is missing, empty or another', async () => {
    const vectors = await vectorsOf(source);
    expect(source.verify === undefined).toBe(vectors.secret === null);
    if (source.verify === undefined) return;
    for (const { what, request, secret, now, covers } of genuineOf(vectors)) {
      expect([what, verify(source, request, now, 'another', secret)?.ok]).toEqual([what, true]);
      const refused = verify(source, request, now, 'another', '');
      expect([what, refused]).toMatchObject([what, { ok: false, code: 'signature-invalid' }]);
      expect([what, verify(source, request, now)?.ok]).toEqual([what, false]);
      if (covers === undefined || Object.keys(request.headers).length === 0) continue;
      const bare = { body: request.body, headers: {} };
      expect([what, verify(source, bare, now, secret)]).toMatchObject([what, { code: 'signature-missing' }]);
    }
  });

  test('names the headers of its proof only where no body can prove anything without them', async () => {
    const { proofHeaders } = source;
    if (proofHeaders === undefined) return;
    for (const { what, request, secret, now } of genuineOf(await vectorsOf(source))) {
      const named = proofHeaders.filter((header) => headerOf(request, header) !== undefined);
      expect([what, named.length > 0]).toEqual([what, true]);
      const others = Object.entries(request.headers).filter(([header]) => !proofHeaders.includes(header));
      const bare = { body: request.body, headers: Object.fromEntries(others) };
      const refused = verify(source, bare, now, secret);
      expect([what, refused]).toMatchObject([what, { ok: false, code: 'signature-missing' }]);
      expect(verify(source, { ...bare, body: Buffer.alloc(0) }, now, secret)).toEqual(refused);
    }
  });

  test('takes nothing as signed that is empty', () => {
    const empty = { body: Buffer.alloc(0), headers: {} };
    expect(verify(source, empty, 0, 'secret')?.ok ?? false).toBe(false);
    expect(source.parse(empty, conditionsOf(0)).updates).toEqual([]);
  });

  test('acknowledges in the words of its sender', async () => {
    const { genuine, now, acknowledgement } = await vectorsOf(source);
    const request = genuine[0]?.request as WebhookRequest;
    const received = receivedOf(source.parse(request, conditionsOf(now)).updates);
    expect(source.acknowledge({ request, now, received })).toEqual(acknowledgement);
  });

  test('refuses in the words of its sender, which it does not take for an acknowledgement', async () => {
    const { genuine, acknowledgement } = await vectorsOf(source);
    // The shop's own system speaks with the API in the API's own form: test/api/webhook.test.ts.
    expect(source.refuse === undefined).toBe(name === 'own-system');
    if (source.refuse === undefined) return;
    const refusal = source.refuse('try <again> & later', genuine[0]?.request);
    expect(refusal.mediaType).toBe(acknowledgement.mediaType);
    expect(refusal.body).toMatch(/try (?:<again> &|&lt;again&gt; &amp;) later/);
    const shape = (body: string) => body.replace(/\d+|again/g, '');
    expect(shape(refusal.body)).not.toBe(shape(acknowledgement.body));
  });
});
