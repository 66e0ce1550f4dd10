import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskText } from '../../../src/shipment/masking/mask-text';
import { maskedLine } from '../../../src/sources/reading/text';

const OWN = 'YT0000000000001';
const mask = (text: string): string => maskText(text, OWN);

const from = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const each = (letters: string): fc.Arbitrary<string> => from(...letters);
const digits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: each('0123456789'), minLength: length, maxLength: length });
const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((said) => said.join(''));
/** A sentence with what is generated in its place. */
const within = (secret: fc.Arbitrary<string>, sentences: readonly string[]): fc.Arbitrary<[string, string]> =>
  fc.tuple(secret, from(...sentences)).map(([said, sentence]) => [sentence.replace('…', () => said), said]);

const chineseName = joined(
  from(
    ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡',
    '欧阳',
    '司马',
    '诸葛',
    '上官',
  ),
  each('伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超霞刚英华玉萍红建国志文斌辉鹏飞鑫浩宇轩梓涵怡欣可东南如意'),
  fc.oneof(
    fc.constant(''),
    each('伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超霞刚英华玉萍红文斌辉鹏飞鑫浩宇轩涵怡欣可东南'),
  ),
).filter((name) => !/^(?:黄山|金华|郑州)/.test(name));

const englishName = fc
  .tuple(
    from('John', 'Mary', 'Anna', 'Peter', 'Maria', 'José', 'Sinéad', 'Wei', 'Olga', 'J.'),
    from('Smith', 'Garcia', 'O’Neil', "O'Brien", 'Müller', 'Zhang', 'Smith-Jones', 'MacDonald', 'Ivanova'),
  )
  .map((names) => names.join(' '));

const mark = from('', '', ' ', '-', '.', '\u00a0', '\u200b', '\u3000', '—', '－', '·', ' - ');
const wide = (text: string): string =>
  text.replace(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
const phone = fc
  .tuple(
    joined(
      from('+86', '86', '0086', '', ''),
      mark,
      from('13', '15', '17', '18', '19'),
      digits(1),
      mark,
      digits(4),
      mark,
      digits(4),
    ),
    fc.boolean(),
  )
  .map(([number, isWide]) => (isWide ? wide(number) : number).trim());
const landline = joined(
  from('0571', '010', '021', '0755'),
  from('-', ' ', '.', ''),
  digits(4).map((rest) => `8${rest.slice(1)}`),
  from('', ' ', '-'),
  digits(4),
);
const idCard = joined(
  from('110101', '330106', '440305'),
  from('', ' ', '-'),
  from('19850312', '20011231'),
  from('', ' '),
  digits(3),
  from('X', '0', '7'),
);

const chineseAddress = joined(
  from('', '浙江省', '广东省', '北京市'),
  from('', '杭州市', '深圳市', '朝阳区'),
  from('', '西湖区', '南山区', '余杭街道'),
  from('文三路', '建国路', '深南大道', '人民南路', '学院街', '龙井弄'),
  fc.nat({ max: 2_000 }).map((number) => `${number + 1}号`),
  from('', '阳光花园', '科技大厦'),
  from('', '3幢', '12号楼', 'A座', '5栋'),
  from('', '2单元'),
  from('', '501室', '1203'),
);
const homeAddress = joined(
  from('阳光花园', '翠苑小区', '幸福家园', '江南公寓'),
  fc.nat({ max: 60 }).map((n) => `${n + 1}`),
  from('栋', '幢', '号楼'),
  from('', '2单元'),
  from('501室', '1203室'),
);
const englishAddress = joined(
  fc.nat({ max: 9_000 }).map((number) => `${number + 1} `),
  from('Main', 'Baker', 'Evergreen', 'Martin Luther King', 'St. James', 'North Elm'),
  from(' Street', ' St', ' Road', ' Ave', ' Lane', ' Terrace', ' Boulevard', ' Drive'),
  from('', ', Apt 4B', ', Flat 3', ' #12'),
  from('', ', Springfield', ', Springfield, IL 62701', ', London NW1 6XE'),
);
const email = joined(
  from('zhang.san', 'john_smith', 'a', 'mary+parcels', 'x-1'),
  from('@', '＠'),
  from('qq.com', '163.com', 'mail.example.co.uk', 'example.org'),
);
const wechat = joined(from('zhang_', 'wx', 'abc-', 'Li'), digits(5));
const code = fc.oneof(
  digits(4),
  digits(6),
  joined(digits(1), fc.constant('-'), digits(1), fc.constant('-'), digits(4)),
  joined(each('ABCDEFG'), fc.constant('-'), digits(2), fc.constant('-'), digits(4)),
  joined(each('ABCDEFG'), digits(5)),
);

const KINDS: readonly (readonly [what: string, said: fc.Arbitrary<[text: string, secret: string]>])[] = [
  [
    'a Chinese name',
    within(chineseName, [
      '快件由…代收',
      '已由…签收',
      '签收人：…',
      '签收人是【…】，感谢使用',
      '收件人…拒收',
      '快递员…正在派件',
      '派件员【…】正在为您派送',
      '【杭州西湖网点】的…（13800138000）正在派件',
      '…已签收',
      '…女士已签收',
      '包裹已交给…',
      '联系人：…，电话：13800138000',
      '请联系…（138****8000）',
    ]),
  ],
  [
    'an English name',
    within(
      fc.oneof(
        englishName,
        englishName.map((name) => name.toUpperCase()),
      ),
      [
        'Signed by: …',
        'SIGNED BY …',
        'Received by …',
        'Delivered to …',
        'Left with neighbour … at 10:15',
        'Courier … is near',
        'Recipient: …',
        'Mrs. … has collected it',
        'Handed to … at the door',
        '… signed for the parcel',
      ],
    ),
  ],
  [
    'an English name in small letters',
    within(
      englishName.map((name) => name.toLowerCase()),
      [
        'signed by: …',
        'signed by …',
        'received by …',
        'left with neighbour …',
        'left with neighbor: …',
        'recipient: …',
        'collected by … at 10:15',
      ],
    ),
  ],
  [
    'a mobile number',
    within(phone, ['请致电…', '的张三（…）正在派件', 'call … now', '…', '电话：…，请保持畅通']),
  ],
  ['a landline', within(landline, ['网点电话 …', '请致电…', '（…）'])],
  ['an identity card', within(idCard, ['身份证…', '凭 … 领取', 'ID …'])],
  [
    'a Chinese address',
    within(fc.oneof(chineseAddress, homeAddress), [
      '已送至…',
      '派送地址：…，请留意',
      '快件在…派送',
      '【…】',
      '…',
    ]),
  ],
  ['an English address', within(englishAddress, ['Delivered at …', '…', 'Left at …', 'address: …'])],
  ['an address of e-mail', within(email, ['邮箱…', 'write to …, please', '请联系…取件'])],
  ['a WeChat id', within(wechat, ['微信：…', '加微信…', 'WeChat ID: …', 'wechat: …'])],
  [
    'a code',
    within(code, [
      '取件码…',
      '取件码：…，请及时领取',
      '取件码为【…】',
      '请凭…取件',
      '开门码 …',
      '密码：…',
      '…是您的取件码',
      'Pickup code: …',
      'your pick-up code is …',
      'PIN …',
      'Use … to open the locker',
      '… is your collection code',
    ]),
  ],
];

/** Where a part of it would be as bad: what is left of each run of letters and digits. */
const partsOf = (secret: string): string[] =>
  secret.normalize('NFKC').match(/\d{4,}|[A-Za-z]{3,}/g) ?? [secret];
const LABELS = /pickup code|collection|locker|address|wechat/i;

describe.each(KINDS)('%s', (_, said) => {
  test('is masked in whatever is said around it', () => {
    fc.assert(
      fc.property(said, ([text, secret]) => {
        const safe = mask(text);
        expect(safe).toContain('***');
        expect(safe).not.toContain(secret.normalize('NFKC'));
        for (const part of partsOf(secret))
          if (!LABELS.test(part))
            expect(
              safe
                .toLowerCase()
                .replace(/[^a-z\d]/g, ' ')
                .split(' '),
            ).not.toContain(part.toLowerCase());
      }),
      { numRuns: 500 },
    );
  });

  test('is masked once', () => {
    fc.assert(fc.property(said, ([text]) => mask(mask(text)) === mask(text)));
  });

  test('leaves no part of it where a line is cut', () => {
    fc.assert(
      fc.property(said, fc.nat({ max: 40 }), ([text], at) => {
        const [before, long] = [`${'好'.repeat(500 - at - 1)}，`, `${'好'.repeat(500 - at - 1)}，${text}`];
        expect(`${before}${mask(text)}`.startsWith(maskedLine(long, 500, OWN))).toBe(true);
      }),
    );
  });
});
