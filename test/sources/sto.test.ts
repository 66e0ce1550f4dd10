import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { WebhookRequest } from '../../src/sources/source';
import { sto } from '../../src/sources/sto';
import { CONDITIONS, formRequest, NOW } from './requests';

const SECRET = 'sto-demo-secret';
const TRACE = {
  outBizCode: 'B-1',
  opOrgName: '浙江杭州演示公司',
  opTime: '2026-03-02 07:40:55',
  scanType: '派件',
  memo: '派件中',
};

const contentOf = (change: object = {}) =>
  JSON.stringify({ waybillNo: '770000000000001', linkCode: 'SO-1', trace: { ...TRACE, ...change } });
const signed = (content: string, secret: string) =>
  formRequest({
    content,
    data_digest: createHash('md5')
      .update(content + secret)
      .digest('base64'),
  });
const verify = (request: WebhookRequest, ...secrets: string[]) => sto.verify?.(request, secrets, CONDITIONS);
const parse = (change: object = {}, conditions = CONDITIONS) =>
  sto.parse(formRequest({ content: contentOf(change) }), conditions);
const scanOf = (change: object, conditions = CONDITIONS) => parse(change, conditions).updates[0]?.events[0];

test('a signature of STO is over the content and one of the secrets', () => {
  const request = signed(contentOf(), SECRET);
  expect(verify(request, SECRET)).toEqual({ ok: true });
  expect(verify(request, 'new secret', SECRET)).toEqual({ ok: true });
  expect(verify(request, 'new secret')).toMatchObject({ code: 'signature-invalid' });
  expect(verify(signed(contentOf(), ''), '')).toMatchObject({ code: 'signature-invalid' });
  expect(verify(formRequest({ content: '{}' }), SECRET)).toMatchObject({ code: 'signature-missing' });
});

describe('a push of STO', () => {
  test('tells one scan', () => {
    expect(parse()).toMatchObject({
      flaws: [],
      updates: [
        {
          source: 'sto',
          carrier: 'sto',
          trackingNo: '770000000000001',
          events: [
            {
              time: '2026-03-01T23:40:55.000Z',
              status: 'out_for_delivery',
              text: '派件中',
              place: '浙江杭州演示公司',
            },
          ],
        },
      ],
    });
  });

  test('is the same scan when it is pushed again, and another under another code', () => {
    expect(scanOf({ weight: 1 })?.key).toBe(scanOf({})?.key);
    expect(scanOf({ outBizCode: 'B-2' })?.key).not.toBe(scanOf({})?.key);
    expect(scanOf({ scanType: '签收' })?.key).not.toBe(scanOf({})?.key);
  });

  test.each([
    ['收件 PU_PICKUP_SUCCESS', 'picked_up'],
    ['发件 到件 转邮 转同行', 'in_transit'],
    ['派件 第三方代派 快件取出', 'out_for_delivery'],
    ['柜机代收 驿站代收 驿站出库', 'available_for_pickup'],
    ['签收', 'delivered'],
    ['问题件 留仓件 CC_IM_FAILURE', 'exception'],
    ['改地址件 MOT_TRANSIT LH_ARRIVE', 'in_transit'],
    ['派件入柜 第三方代收 代理点签收', 'available_for_pickup'],
    ['退回件', 'returning'],
    ['CC_IM_START CC_IM_SUCCESS', 'customs'],
    ['新扫描 __proto__', null],
  ])('with %s means %s', (words, status) => {
    for (const scanType of words.split(' ')) {
      const { updates, flaws } = parse({ scanType });
      expect([scanType, updates[0]?.events[0]?.status]).toEqual([scanType, status]);
      expect(flaws).toHaveLength(status === null ? 1 : 0);
    }
  });

  test('signed by a locker means what the shop decides; handed out of one never does', () => {
    const shop = { ...CONDITIONS, lockerSigned: 'delivered' as const };
    const of = (scanType: string) => scanOf({ scanType }, shop)?.status;
    expect(['柜机代收', '驿站代收', '驿站出库'].map(of)).toEqual([
      'delivered',
      'delivered',
      'available_for_pickup',
    ]);
  });

  test.each([
    ['+8', '2026-03-01T23:40:55.000Z'],
    ['GMT+07:00', '2026-03-02T00:40:55.000Z'],
    ['UTC-3', '2026-03-02T10:40:55.000Z'],
    ['', '2026-03-01T23:40:55.000Z'],
    ['+99:99', '2026-03-01T23:40:55.000Z'],
    ['GMT+15', '2026-03-01T23:40:55.000Z'],
    ['CST', '2026-03-01T23:40:55.000Z'],
  ])('from a place at "%s" happened at %s', (tz, time) => {
    expect(scanOf({ tz }, { ...CONDITIONS, now: NOW })).toMatchObject({ time });
  });

  test('says what the problem is, without the names of people', () => {
    const change = { scanType: '问题件', memo: '', issueName: '联系人：李四，电话13800138000' };
    expect(scanOf(change)).toMatchObject({ status: 'exception', text: '联系人：***，电话***' });
  });

  test.each([
    ['no JSON', '[1]', 'body-unreadable'],
    ['no trace', '{"waybillNo":"770000000000001"}', 'not-tracking'],
    ['no number', '{"trace":{"scanType":"签收"}}', 'row-unusable'],
  ])('with %s is accepted and flagged', (_, content, code) => {
    const { updates, flaws } = sto.parse(formRequest({ content }), CONDITIONS);
    expect(updates).toEqual([]);
    expect(flaws).toMatchObject([{ code }]);
  });
});

test('STO is refused in its own form', () => {
  expect(JSON.parse(sto.refuse!('full').body)).toMatchObject({ success: false, errorMsg: 'full' });
});
