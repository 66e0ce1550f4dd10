import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { apnsRequest } from '../../src/push/apns/request';
import { MAKER_NAMES, makerOf } from '../../src/push/classes/makers';
import type { MessageClasses } from '../../src/push/classes/message-classes';
import { silentMakers } from '../../src/push/classes/silent-makers';
import { fcmRequest } from '../../src/push/fcm/request';
import { getuiRequest } from '../../src/push/getui/request';
import type { PushMessage } from '../../src/push/provider';
import { uniCloudRequest } from '../../src/push/unicloud/request';
import { MAKER_CODES } from '../../src/shipment/maker-codes';
import { ACCEPTANCE, openStage } from '../push/provider-stage';
import { browser, browserAuth, sampleMessage } from '../push/sample-message';
import { decrypt } from '../push/webpush/decrypt';
import { CHINESE } from './makers-in-chinese';

/** Parts of the pages that are written by this file: WRITE_DOCS=1 npx jest test/docs/push.test.ts */
const WRITES = process.env['WRITE_DOCS'] === '1';

const pageOf = (name: string): string => path.join(__dirname, '../../docs', name);
const read = (name: string): string => readFileSync(pageOf(name), 'utf8');

/** Between two comments of a page, or written there. */
function part(page: string, name: string, written: string): string {
  const [begin, end] = [`<!-- ${name}: written by test/docs/push.test.ts -->`, `<!-- end of ${name} -->`];
  const [before = '', rest = ''] = read(page).split(begin);
  const [inside = '', after = ''] = rest.split(end);
  if (!WRITES) return inside.trim();
  writeFileSync(pageOf(page), `${before}${begin}\n\n${written}\n\n${end}${after}`);
  return written;
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

interface Language {
  readonly page: string;
  readonly headings: Readonly<Record<'makers' | 'fields' | 'codes', string>>;
  /** Words of the tables of makers, as this page says them. */
  readonly say: (words: string) => string;
  readonly explained: 'en' | 'zh';
}

const said = new Set<string>();

function inChinese(words: string): string {
  said.add(words);
  const chinese = CHINESE.get(words);
  if (chinese === undefined) throw new Error(`test/docs/makers-in-chinese.ts lacks: ${words}`);
  return chinese;
}

const LANGUAGES: readonly Language[] = [
  {
    page: 'push.md',
    headings: {
      makers: '| maker | phones | apply for | without it | fee of the maker |',
      fields: '| field | holds | goes to | without the setting | for parcels | source | how sure |',
      codes: '| maker | code | means | source | how sure |',
    },
    say: (words) => words,
    explained: 'en',
  },
  {
    page: 'push.zh-CN.md',
    headings: {
      makers: '| 厂商 | 手机 | 申请什么 | 没有时 | 厂商收费 |',
      fields: '| 字段 | 内容 | 发往哪里 | 不设置时 | 用于包裹 | 来源 | 有多可靠 |',
      codes: '| 厂商 | 错误码 | 含义 | 来源 | 有多可靠 |',
    },
    say: inChinese,
    explained: 'zh',
  },
];

const table = (heading: string, rows: readonly string[]): string =>
  [heading, heading.replace(/[^|]+/g, ' --- '), ...rows].join('\n');

function tableOfMakers({ headings, say, explained }: Language): string {
  const rows = MAKER_NAMES.map((name) => {
    const { phones, applyFor, without, fee } = makerOf(name);
    return `| \`${name}\` | ${phones[explained]} | ${applyFor[explained]} | ${without[explained]} | ${say(fee)} |`;
  });
  return table(headings.makers, rows);
}

function tableOfFields({ headings, say }: Language): string {
  const rows = MAKER_NAMES.flatMap((name) => {
    const { options, fields, byDefault } = makerOf(name);
    return Object.entries(fields).map(([field, { holds, path: place, proposed, source, sure }]) => {
      const where = options === undefined ? place : `${options} ${place}`;
      return `| \`${name}.${field}\` | ${say(holds)} | \`${where}\` | ${code(byDefault[field] ?? '')} | ${code(proposed)} | ${say(source)} | ${say(sure)} |`;
    });
  });
  return table(headings.fields, rows);
}

function tableOfCodes({ headings, say, explained }: Language): string {
  const rows = MAKER_CODES.map(
    ({ maker, code: number, source, sure, ...meaning }) =>
      `| ${maker} | \`${number}\` | ${meaning[explained]} | ${say(source)} | ${say(sure)} |`,
  );
  return table(headings.codes, rows);
}

describe.each(LANGUAGES)('docs/$page', (language) => {
  test.each([
    ['makers', tableOfMakers],
    ['fields of makers', tableOfFields],
    ['codes of makers', tableOfCodes],
  ])('has the table of %s as the code has it', (name, write) => {
    const written = write(language);
    expect(part(language.page, name, written)).toBe(written);
  });
});

test('no words in Chinese are kept that no table of makers has', () => {
  expect([...CHINESE.keys()].filter((words) => !said.has(words))).toEqual([]);
});

describe('docs/push.md', () => {
  test('shows an example of MESSAGE_CLASSES with which no maker stays silent', () => {
    expect(silentMakers(EXAMPLE, 'default')).toEqual([]);
  });
});

const [, shown = '{}'] = /^```json\n(\{\n {2}"huawei"[\s\S]*?)^```/m.exec(read('push.md')) ?? [];
const EXAMPLE: MessageClasses = loadConfig({ MESSAGE_CLASSES: shown }).push.MESSAGE_CLASSES ?? {};

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const block = (value: unknown): string => `\`\`\`json\n${pretty(value)}\n\`\`\``;
/** 2026-02-06T02:11:00Z */
const NOW = 1_770_343_860_000;
const LINK = '/pages/order/order?id=ORDER_20260206_0007';

const BARE: PushMessage = {
  ...sampleMessage,
  messageId: '6a5f0e1c-3d0b-4f1e-9d55-0c1f8e6c9a10:1:delivered:1:user',
  cid: 'f7a1c0de',
  content: '包裹已送达，感谢您的惠顾（尾号0007）',
};
const FULL: PushMessage = { ...BARE, link: LINK };

async function webPushText(message: PushMessage): Promise<unknown> {
  const stage = await openStage({ name: 'webpush', answer: ACCEPTANCE.webpush });
  const { messageId, title, content, parcel, link } = message;
  await stage.push({ messageId, title, content, parcel, ...(link !== undefined && { link }) });
  const body = stage.pushes[0]?.body ?? Buffer.alloc(0);
  await stage.close();
  return JSON.parse(decrypt(body, browser, browserAuth));
}

async function samples(): Promise<string> {
  const topic = 'com.example.shop';
  const apns = (message: PushMessage, classes?: MessageClasses) => {
    const { headers, body } = apnsRequest(message, { topic, classes }, NOW);
    return { headers, body: JSON.parse(body) as unknown };
  };
  const uniAppPackage = 'com.example.shop';
  const shownOf: readonly (readonly [string, string, unknown, unknown])[] = [
    [
      'unicloud',
      'The JSON that the function gets at `CLOUD_FUNC_URL`.',
      uniCloudRequest(BARE),
      uniCloudRequest(FULL, EXAMPLE),
    ],
    [
      'getui',
      '`POST /v2/<app id>/push/single/cid`; the second with `GETUI_UNIAPP_PACKAGE`.',
      getuiRequest(BARE).body,
      getuiRequest(FULL, { classes: EXAMPLE, uniAppPackage }).body,
    ],
    [
      'fcm',
      '`POST /v1/projects/<project>/messages:send`.',
      fcmRequest(BARE, NOW),
      fcmRequest(FULL, NOW, EXAMPLE),
    ],
    ['apns', '`POST` over HTTP/2, headers and body.', apns(BARE), apns(FULL, EXAMPLE)],
    [
      'webpush',
      'What the service worker reads, before it is encrypted. There are no classes.',
      await webPushText(BARE),
      await webPushText(FULL),
    ],
  ];
  return shownOf
    .flatMap(([name, words, bare, full]) => [
      `## ${name}`,
      words,
      'With nothing set:',
      block(bare),
      'With the classes and the link:',
      block(full),
    ])
    .join('\n\n');
}

describe('docs/push-requests.md', () => {
  test('shows a request of every provider as it leaves', async () => {
    const written = await samples();
    expect(part('push-requests.md', 'requests', written)).toBe(written);
  });
});
