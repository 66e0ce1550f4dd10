import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskText } from '../../../src/shipment/masking/mask-text';
import { maskedLine } from '../../../src/sources/reading/text';

const OWN = 'YT0000000000001';
const mask = (text: string): string => maskText(text, OWN);

/** What carriers write, and what of it nobody may read. */
const PERSONAL: readonly (readonly [text: string, secret: string])[] = [
  ['快件由王小明代收', '王小明'],
  ['已由李四代签收', '李四'],
  ['【杭州】的张三（13800138000）正在派件', '张三'],
  ['张女士', '张'],
  ['欧阳先生已签收', '欧阳'],
  ['李小姐本人签收', '李'],
  ['派件员王师傅正在派送', '王师'],
  ['包裹已交给王小明', '王小明'],
  ['签收人：小明', '小明'],
  ['签收人 王小明', '王小明'],
  ['代签人：阿依古丽', '阿依古丽'],
  ['快递员：艾克拜尔·买买提', '艾克拜尔'],
  ['王小明已签收', '王小明'],
  ['刘洋 已签收', '刘洋'],
  ['放在北京市海淀区中关村大街27号1101室', '1101'],
  ['广东省广州市天河区体育西路103号维多利广场A座1901室', '1901'],
  ['上海市浦东新区张杨路500号', '500'],
  ['江苏省南京市鼓楼区中山北路30号益来国际广场12楼', '中山北路'],
  ['成都市武侯区人民南路四段11号', '人民南路'],
  ['阳光花园3号楼2单元501室', '501'],
  ['送至阳光小区8栋1单元302', '302'],
  ['王家村3组12号', '王家村'],
  ['3-2-501室', '501'],
  ['重庆市渝中区解放碑街道民权路28号英利国际金融中心', '民权路'],
  ['138.0013.8000', '8000'],
  ['138 0013 8000', '8000'],
  ['138-0013-8000', '8000'],
  ['138\u00a00013\u00a08000', '8000'],
  ['138\u200b0013\u200b8000', '8000'],
  ['１３８００１３８０００', '１３８'],
  ['+86 13800138000', '13800138000'],
  ['0086-138-0013-8000', '8000'],
  ['(+86)13800138000', '13800138000'],
  ['86-138 0013 8000', '8000'],
  ['021-12345678', '12345678'],
  ['(0755) 8888 6666', '6666'],
  ['0571.88886666', '6666'],
  ['取件码：1234', '1234'],
  ['取件码 12-3-4567', '4567'],
  ['取件码为A-12-3456', '3456'],
  ['提货码【882211】', '882211'],
  ['开门码6688', '6688'],
  ['门禁密码 2580#', '2580'],
  ['密码是：8866', '8866'],
  ['验证码 123 456', '456'],
  ['凭 1-2-3456 到菜鸟驿站取件', '3456'],
  ['请凭取件码8-2-1234至丰巢取件', '1234'],
  ['取件码8-2-1234、8-2-1235', '1235'],
  ['Pickup code: AB12CD', 'AB12CD'],
  ['pickup code is 1234', '1234'],
  ['Pick-up code 12-34', '12-34'],
  ['Your PIN is 4821', '4821'],
  ['PIN 4821', '4821'],
  ['PIN code: 4821', '4821'],
  ['Door code 1234#', '1234'],
  ['Access code: 9876', '9876'],
  ['Use code 482913 to open the locker', '482913'],
  ['482913 is your collection code', '482913'],
  ['john.smith+tag@mail.example.co.uk', 'smith'],
  ['邮箱zhangsan@qq.com', 'zhangsan'],
  ['JOHN@EXAMPLE.COM', 'JOHN'],
  ['微信号:abc_def123', 'abc_def123'],
  ['微信 zhangsan1988', 'zhangsan1988'],
  ['WeChat: zhangsan', 'zhangsan'],
  ['WeChat ID zhang_san1', 'zhang_san1'],
  ['加微信wxid_abcd1234', 'abcd1234'],
  ['signed by: john smith', 'smith'],
  ['Signed by john smith', 'smith'],
  ['SIGNED BY JOHN SMITH', 'SMITH'],
  ['received by: Maria Garcia', 'Garcia'],
  ['Received by maria garcia', 'garcia'],
  ['Left with neighbour Mr Jones', 'Jones'],
  ['left with neighbour jones', 'jones'],
  ['Left with neighbor: Anna', 'Anna'],
  ['left with neighbour at no. 14', '14'],
  ['Left with Anna at number 12', 'Anna'],
  ["Mrs O'Neil collected it", 'Neil'],
  ['Delivered to Mary Smith', 'Smith'],
  ['Recipient: Mary Smith', 'Smith'],
  ['recipient: mary smith', 'smith'],
  ['Signed for by: J.SMITH', 'SMITH'],
  ['12 Main Street', '12 Main'],
  ['12 main street, apt 4b', 'main'],
  ['221B Baker Street', 'Baker'],
  ['1600 Pennsylvania Avenue NW, Washington, DC 20500', 'Pennsylvania'],
  ['Flat 3, 10 Downing St, London SW1A 2AA', 'Downing'],
  ['742 Evergreen Terrace, Springfield', 'Evergreen'],
  ['Room 501, Unit 2, Building 3, No. 138 Wensan Road, Hangzhou', 'Wensan'],
  ['身份证号：110101199001011234', '1101'],
  ['身份证 11010119900101123X', '1123'],
  ['110101 19900101 1234', '1234'],
  ['Passport E12345678', 'E12345678'],
  ['+1 555.010.9999', '9999'],
  ['(555) 010-9999', '9999'],
  ['555.010.9999', '9999'],
  ['+44 7700 900123', '900123'],
  ['07700 900123', '900123'],
  ['tel 12345678', '12345678'],
  ['陳大文簽收', '陳大文'],
  ['快件已签收：陈大文', '陈大文'],
  ['王家村3组', '王家村'],
  ['由王小明（138 0013 8000）代收', '王小明'],
  ['深圳福田皇岗公司的李四已收件', '李四'],
  ['经王小明同意放门口', '王小明'],
  ['已送到西溪花园8-2-1204', '1204'],
  ['由陳大文代收', '陳大文'],
  ['收件人張三', '張三'],
  ['联系王小明 13800138000', '王小明'],
  ['王小明 13800138000', '王小明'],
  ['王小明，13800138000', '王小明'],
  ['请联系派件员（张三，电话：13800138000）', '张三'],
  ['派送员：张三丰', '张三丰'],
  ['快递员 诸葛孔明 正在派送', '诸葛孔明'],
  ['业务员【赵六】', '赵六'],
  ['送货上门，由张阿姨代收', '张阿'],
  ['由邻居王大爷代收', '王大'],
  ['代收人（朋友）：李雷', '李雷'],
  ['单元门口交给李雷本人', '李雷'],
  ['签收人为韩梅梅', '韩梅梅'],
  ['收件人:John', 'John'],
  ['姓名：王五', '王五'],
  ['客户王小明已签收', '王小明'],
  ['收件人王小明拒收', '王小明'],
  ['已送达王小明家中', '王小明'],
  ['Parcel left with your neighbour, Anna Lee', 'Anna'],
  ['Handed to Anna', 'Anna'],
  ['Collected by anna lee with ID', 'anna'],
  ['Name: John Smith', 'Smith'],
  ['Package was signed for by Anna Lee at 10:15', 'Anna'],
  ['Delivered to John at 12 Elm St', 'John'],
  ['QQ 12345678', '12345678'],
  ['驿站电话：0571-88886666', '8888'],
  ['手机号码１３８－００１３－８０００', '００１３'],
  ['138·0013·8000', '8000'],
  ['138—0013—8000', '8000'],
  ['1 3 8 0 0 1 3 8 0 0 0', '8 0 0 0'],
  ['13800 138000', '138000'],
  ['13 800 138 000', '138 000'],
  ['取件密码１２３４', '１２３４'],
  ['密碼：8866', '8866'],
  ['开柜码：ABCD12', 'ABCD12'],
  ['code: 9988', '9988'],
  ['passcode 9988', '9988'],
  ['OTP 998877', '998877'],
];

describe('what tells of a person is masked', () => {
  test.each(PERSONAL)('%s', (text, secret) => {
    expect(mask(text)).toContain('***');
    expect(mask(text)).not.toContain(secret);
    expect(mask(text)).not.toContain(secret.normalize('NFKC'));
  });

  test('once: what is masked already stays as it is', () => {
    for (const [text] of PERSONAL) expect(mask(mask(text))).toBe(mask(text));
  });
});

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
