import { afterEach, describe, expect, test } from '@jest/globals';
import { json } from 'node:stream/consumers';
import { fieldMapping } from '../../../src/push/unicloud/field-mapping';
import { createUniCloudProvider } from '../../../src/push/unicloud/unicloud';
import { listen, type LocalServer } from '../local-server';
import { sampleMessage } from '../sample-message';

let server: LocalServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** What the function gets when its settings say so. */
async function sentWith(mapping: unknown): Promise<unknown> {
  const bodies: unknown[] = [];
  server = await listen((request, response) => {
    void json(request).then((body) => {
      bodies.push([body, request.headers['unicloud-s2s-signature']]);
      response.end('{"errCode":0,"data":{"RASS_1":{"our-cid":"successed_online"}}}');
    });
  });
  const provider = createUniCloudProvider({ url: server.url, mapping: fieldMapping.parse(mapping) });
  expect(await provider.send(sampleMessage, AbortSignal.timeout(5_000))).toMatchObject({ class: 'accepted' });
  return bodies;
}

test('a function that expects other names gets exactly those', async () => {
  const sent = await sentWith({
    fields: {
      cid: 'push_clientid',
      title: 'title',
      text: 'content',
      alarm_id: 'notification_id',
      once: 'request_id',
    },
    fixed: { secret: 'of-the-shop', badge: 1 },
  });
  expect(sent).toEqual([
    [
      {
        cid: 'our-cid',
        title: '快递已签收',
        text: '包裹已送达',
        alarm_id: 'w-1:1:delivered:1:user',
        once: '0123456789abcdef0123456789abcdef',
        secret: 'of-the-shop',
        badge: 1,
      },
      undefined,
    ],
  ]);
});

test('fixed fields alone are added to ours', async () => {
  const [[sent]] = (await sentWith({ fixed: { secret: 'of-the-shop' } })) as [[object]];
  expect(sent).toMatchObject({ push_clientid: 'our-cid', force_notification: true, secret: 'of-the-shop' });
});

describe('refused is a mapping that', () => {
  const needed = { a: 'push_clientid', b: 'title', c: 'content' };
  test.each<[string, unknown]>([
    ['loses the target, which would reach every phone', { fields: { b: 'title', c: 'content' } }],
    ['loses the content', { fields: { a: 'push_clientid', b: 'title' } }],
    ['names a field that we do not have', { fields: { ...needed, d: 'phone_number' } }],
    ['overwrites the target', { fields: needed, fixed: { a: 'everybody' } }],
    ['overwrites our own target', { fixed: { push_clientid: 'everybody' } }],
    ['has a fixed field with an inside', { fields: needed, fixed: { e: {} } }],
    ['has a key that means nothing', { fields: needed, extra: {} }],
  ])('%s', (_, mapping) => {
    expect(fieldMapping.safeParse(mapping).success).toBe(false);
  });
});
