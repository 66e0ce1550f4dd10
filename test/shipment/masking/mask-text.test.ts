import { describe, expect, test } from '@jest/globals';
import { maskText } from '../../../src/shipment/masking/mask-text';

const OWN = '7731234567890';
const mask = (text: string): string => maskText(text, OWN);

describe('in the text of an event', () => {
  test.each([
    ['请致电13800138000', '请致电***'],
    ['+86 138-0013-8000', '***'],
    ['8613800138000 来电', '*** 来电'],
    ['手机１３８００１３８０００', '手机***'],
    ['0571-88886666转801', '***'],
    ['(010)12345678', '***'],
    ['客服热线 400-820-8820', '客服热线 ***'],
    ['call +1 (555) 010-9999 now', 'call *** now'],
    ['+852 6123 4567', '***'],
    ['(555) 010-9999', '***'],
    ['电话：88886666', '电话：***'],
    ['phone: 12345', 'phone: ***'],
  ])('a phone number is masked: %s', (text, safe) => {
    expect(mask(text)).toBe(safe);
  });

  test.each([
    ['身份证110101199001011234', '身份证***'],
    ['ID 11010119900101123X.', 'ID ***.'],
    ['旧证 110101900101123', '旧证 ***'],
    ['卡号 6222 0200 1234 5678 901', '卡号 ***'],
  ])('a document number is masked: %s', (text, safe) => {
    expect(mask(text)).toBe(safe);
  });

  test.each([
    ['快递员张三(13800138000)正在派件，请保持电话畅通', '快递员***(***)正在派件，请保持电话畅通'],
    ['派件员【李四 138-0013-8000】正在为您派送', '派件员【*** ***】正在为您派送'],
    ['已签收，签收人是王小明，如有疑问请联系业务员 赵六', '已签收，签收人是***，如有疑问请联系业务员 ***'],
    ['签收人: 欧阳娜娜 已签收', '签收人: *** 已签收'],
    ['收件人：买买提·艾力', '收件人：***'],
    ['联系人姓名：张三', '联系人姓名：***'],
    ['签收：陈大文', '签收：***'],
    ['快件已由张三签收', '快件已由***签收'],
    ['快递员 John Smith 已揽收', '快递员 *** 已揽收'],
    ['Signed by: JOHN SMITH', 'Signed by: ***'],
    ['signed by J. Smith at the door', 'signed by *** at the door'],
    ['Delivered to Mrs. O’Neil-Smith', 'Delivered to ***'],
    ['Courier Li Lei is near', 'Courier *** is near'],
  ])('a named person is masked: %s', (text, safe) => {
    expect(mask(text)).toBe(safe);
  });

  test.each([
    '快递员正在派送中，请准备签收',
    '已签收，签收人：本人，感谢使用',
    '快件已由丰巢快递柜代收',
    '已由本人签收',
    '派送员 已出发',
    '收件人拒收',
    '到达【杭州转运中心】',
    '您的包裹已存放至【菜鸟驿站】',
    '2026-03-02 10:11:12 重量1.25kg 件数12',
    'Courier is on the way',
    'Signed by the neighbour',
    '派件员电话138****8000',
    '',
  ])('what names nobody stays: %s', (text) => {
    expect(mask(text)).toBe(text);
  });

  test('the number of the waybill itself stays, even when it looks like a phone number', () => {
    expect(maskText('运单13800138000已签收', '13800138000')).toBe('运单13800138000已签收');
    expect(maskText('yt110101199001011234 到达', 'YT110101199001011234')).toBe('yt110101199001011234 到达');
  });

  test('a short waybill number opens no gap in a longer number', () => {
    expect(maskText('请致电13800138000', '1380')).toBe('请致电***');
    expect(maskText('请致电138-0013-8000', '8000')).toBe('请致电***');
  });

  test('masking twice changes nothing more', () => {
    const once = mask('快递员张三(13800138000)，签收人：李四，身份证110101199001011234');
    expect(mask(once)).toBe(once);
  });

  test.each([
    '1 ',
    '+1',
    '1-',
    '签收人 ',
    '快递员：',
    '电话',
    'Signed by A ',
    '(0',
    '张',
    '路1号',
    '张路 ',
    '1栋',
    '由张',
    '的张三',
    '取件码',
    '取件码1-',
    '凭1',
    'a.',
    'a@a.',
    'address: ',
    '1 Main ',
    '1 a ',
    'Main St ',
    '微信',
    'neighbour ',
    '王 ',
    '阳光花园',
    '12号楼',
    '地址：',
  ])('no text takes longer than it is long: %j', (part) => {
    const time = (length: number): number => {
      const text = part.repeat(Math.ceil(length / part.length));
      const times = Array.from({ length: 3 }, () => {
        const began = process.cpuUsage();
        mask(text);
        const { user, system } = process.cpuUsage(began);
        return user + system;
      });
      return Math.max(Math.min(...times), 4_000);
    };
    // Sixteen times the text; what grows with its square would take 256 times as long.
    expect(time(32_000) / time(2_000)).toBeLessThan(40);
  });
});
