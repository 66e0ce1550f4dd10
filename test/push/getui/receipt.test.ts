import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readGetuiReceipts } from '../../../src/push/getui/receipt';

const KEYS = { appId: 'app-1', masterSecret: 'secret-1' };

function line(changes: Record<string, unknown> = {}, secret = KEYS.masterSecret): string {
  const fields = { appid: 'app-1', cid: 'c', taskid: 't', msgid: 'm', code: '200', desc: 'ok', ...changes };
  const { appid, cid, taskid, msgid } = fields as Record<string, string>;
  const sign = createHash('md5').update(`${appid}${cid}${taskid}${msgid}${secret}`).digest('hex');
  return JSON.stringify({ sign, ...fields });
}

test('a callback holds one receipt per line', () => {
  const body = [line(), line({ cid: 'd', code: 402 }), line({ cid: 'e', code: '500' }), ''].join('\n');
  expect(readGetuiReceipts(body, [KEYS])).toEqual([
    { cid: 'c', taskId: 't', class: 'delivered', reason: 'receipt', words: '200 ok' },
    { cid: 'd', taskId: 't', class: 'deactivate', reason: 'inactive_90d', words: '402 ok' },
    { cid: 'e', taskId: 't', class: 'fail', reason: 'provider_5xx', words: '500 ok' },
  ]);
});

describe('a line is left out', () => {
  test.each([
    ['that is signed with another secret', line({}, 'secret-2')],
    ['whose signature is none', line({ sign: 'zz' })],
    ['that is of another app', line({ appid: 'app-2' })],
    ['that names no phone', line({ cid: '' })],
    ['that is too long', line({ cid: 'c'.repeat(600) })],
    ['that is no JSON', 'delivered!'],
    ['that is a list', '[]'],
  ])('%s, and the next one counts', (_, bad) => {
    expect(readGetuiReceipts(`${bad}\n${line()}`, [KEYS])).toHaveLength(1);
  });
});

test('each app signs with its own secret', () => {
  const staff = { appId: 'app-2', masterSecret: 'secret-2' };
  const body = [line(), line({ appid: 'app-2', cid: 'd' }, 'secret-2'), line({ appid: 'app-2' })].join('\n');
  expect(readGetuiReceipts(body, [KEYS, staff]).map(({ cid }) => cid)).toEqual(['c', 'd']);
});
