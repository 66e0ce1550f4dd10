import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import { loadDatabaseSettings, loadSupabaseKeys } from '../config/config';
import { reachOf } from '../config/network-reach';
import { askRest, type ProbedKey, type ProbedWay } from '../doctor/ask-rest';
import type { Seen } from '../doctor/check';
import { judgeProbe, type KeyWay } from '../doctor/judge-rest';
import { factsOfKey, type KeyFacts } from '../doctor/keys';
import type { Explanation } from '../shipment/explanation';
import { asJson, padded, print } from '../terminal';
import { UsageError } from './exit-codes';
import { checked, jsonOption } from './checked-option';
import { MARKS } from './doctor-report';
import { say } from './language';
import { readSecretLine } from './read-line';
import { command } from './summaries';

interface ProbeOptions {
  readonly keyStdin?: true;
  readonly table?: string;
  readonly overHttp?: true;
  readonly json?: true;
}

/** As they stand in a header: visible, and nothing that ends it. */
const KEY = /^[\x21-\x7e]{1,16384}$/;

const tableName = z.string().regex(/^[\p{L}\p{N}_$-]{1,63}$/u, 'must be the name of a table');

/** `waybell keys probe`: what a PostgREST makes of the keys, in each way in which they can be shown to it. */
export function keysProbeCommand(): Command {
  return command('keys probe')
    .argument(
      '<url>',
      say({
        en: 'of the gateway or of PostgREST, such as https://shop.supabase.co',
        zh: '网关或 PostgREST 的地址，例如 https://shop.supabase.co',
      }),
      readUrl,
    )
    .option(
      '--key-stdin',
      say({
        en: 'in their place a key that is typed unseen, or one line of standard input',
        zh: '改用隐藏输入的密钥，或标准输入的一行',
      }),
    )
    .addOption(
      checked(
        '--table <name>',
        say({
          en: 'which is asked for (default: the orders of SHOP_TABLES)',
          zh: '查询哪个表（默认：SHOP_TABLES 中的订单表）',
        }),
        tableName,
      ),
    )
    .option(
      '--over-http',
      say({ en: 'also where anybody on the way can read the keys', zh: '即使途中任何人都能读到密钥也发送' }),
    )
    .addOption(jsonOption())
    .action(async (url: URL, options: ProbeOptions) => {
      process.exitCode = await probe(url, options);
    });
}

/** @returns the exit code: 1 when something does not work, or is open */
async function probe(base: URL, { keyStdin, table, overHttp, json }: ProbeOptions): Promise<number> {
  const { orders } = loadDatabaseSettings().shopTables;
  const { keys: set, audience } = loadSupabaseKeys();
  if (base.protocol === 'http:' && reachOf(base.hostname) === 'public' && !overHttp)
    throw new UsageError(
      'Nothing was sent: over plain http anybody on the way reads the keys. Give https://, or --over-http.',
    );
  const keys =
    keyStdin || set.length === 0
      ? [await typedKey()]
      : set.map(({ variable, value }) => keyOf(variable, value));
  const { schema, table: ofOrders, id: column } = orders;
  const asked = { schema, name: table ?? ofOrders, column };
  const { url, ways } = await askRest(base, asked, keys);
  const scene = {
    ...{ table: asked.name, audience, now: Date.now() },
    hasRows: ways.some(({ probe: { finding } }) => finding === 'rows'),
  };
  const seen = ways.map((way) => ({ way, seen: judgeProbe(way.probe, scene) }));
  print(json ? asJson(asFacts(url, seen)) : inWords(url, keys, seen));
  return seen.some((one) => one.seen.level === 'problem') ? 1 : 0;
}

interface SeenWay {
  readonly way: ProbedWay;
  readonly seen: Seen;
}

const THE_KEY: Explanation = { en: 'The key', zh: '密钥' };

async function typedKey(): Promise<ProbedKey> {
  return keyOf('the key', (await readSecretLine(process.stdin, THE_KEY)).trim());
}

function keyOf(name: string, value: string): ProbedKey {
  if (!KEY.test(value))
    throw new UsageError(
      say({
        en: `Nothing was sent: ${name} is empty, or is no single word.`,
        zh: `没有发送任何内容：${name} 为空，或不是一个单词。`,
      }),
    );
  return { name, value, facts: factsOfKey(value) };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidArgumentError(
      say({ en: 'Give an http:// or https:// URL.', zh: '请给出 http:// 或 https:// 的 URL。' }),
    );
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError(
      say({ en: 'Give it without user, query and fragment.', zh: '请去掉其中的用户、查询和片段。' }),
    );
  return url;
}

const WAYS: Readonly<Record<KeyWay, Explanation>> = {
  none: { en: 'no key', zh: '不带密钥' },
  apikey: { en: 'as apikey', zh: '作为 apikey' },
  bearer: { en: 'as apikey and Authorization: Bearer', zh: '作为 apikey 和 Authorization: Bearer' },
};

function inWords(url: string, keys: readonly ProbedKey[], seen: readonly SeenWay[]): string {
  const of = (name: string | null): string[] =>
    seen.filter(({ way }) => way.name === name).flatMap(describeWay);
  return [
    url,
    ...of(null),
    ...keys.flatMap(({ name, facts }) => [`${name}: ${describeFacts(facts)}`, ...of(name)]),
  ].join('\n');
}

function describeWay({ way: { probe }, seen: { level, message, fix } }: SeenWay): string[] {
  const code = probe.code === null ? `HTTP ${probe.status}` : `HTTP ${probe.status}, ${probe.code}`;
  return [
    say({
      en: `  ${level.padEnd(8)} ${WAYS[probe.way].en}: ${message.en} (${code}).`,
      zh: `  ${padded(MARKS[level].zh, 8)} ${WAYS[probe.way].zh}：${message.zh}（${code}）。`,
    }),
    ...(fix === undefined ? [] : [`           -> ${say(fix)}`]),
  ];
}

function describeFacts({ kind, role, audience, expiresAt }: KeyFacts): string {
  if (kind === 'other')
    return say({
      en: 'no JWT, and none of Supabase’s new keys',
      zh: '不是 JWT，也不是 Supabase 的新式密钥',
    });
  if (kind === 'new')
    return say({
      en: `one of Supabase’s new keys, for ${role}; no JWT, so it is shown as apikey only`,
      zh: `Supabase 的新式密钥，用于 ${role}；不是 JWT，所以只作为 apikey 出示`,
    });
  const day = expiresAt === null ? null : new Date(expiresAt).toISOString().slice(0, 10);
  const named = audience.join(', ');
  return say({
    en: `JWT, role ${role ?? 'none'}, aud ${named || 'none'}, ${day === null ? 'without an end' : `until ${day}`}`,
    zh: `JWT，角色 ${role ?? '（无）'}，aud ${named || '（无）'}，${day === null ? '没有期限' : `有效至 ${day}`}`,
  });
}

function asFacts(url: string, seen: readonly SeenWay[]): object {
  return {
    url,
    ways: seen.map(({ way: { name, probe }, seen: { level, message, fix } }) => ({
      ...{ key: name, way: probe.way, level, finding: probe.finding, status: probe.status },
      ...{ code: probe.code, message: message.en, fix: fix?.en ?? null },
    })),
  };
}
