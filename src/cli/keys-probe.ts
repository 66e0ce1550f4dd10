import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import { loadDatabaseSettings, loadSupabaseKeys } from '../config/config';
import { reachOf } from '../config/network-reach';
import { askRest, type ProbedKey, type ProbedWay } from '../doctor/ask-rest';
import type { Seen } from '../doctor/check';
import { judgeProbe, type KeyWay } from '../doctor/judge-rest';
import { factsOfKey, type KeyFacts } from '../doctor/keys';
import type { Explanation } from '../shipment/explanation';
import { asJson, print } from '../terminal';
import { UsageError } from './exit-codes';
import { checked } from './checked-option';
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
    .argument('<url>', 'of the gateway or of PostgREST, such as https://shop.supabase.co', readUrl)
    .option('--key-stdin', 'in their place a key that is typed unseen, or one line of standard input')
    .addOption(
      checked('--table <name>', 'which is asked for (default: the orders of SHOP_TABLES)', tableName),
    )
    .option('--over-http', 'also where anybody on the way can read the keys')
    .option('--json', 'for programs')
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
  if (!KEY.test(value)) throw new UsageError(`Nothing was sent: ${name} is empty, or is no single word.`);
  return { name, value, facts: factsOfKey(value) };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new InvalidArgumentError('Give an http:// or https:// URL.');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('Give it without user, query and fragment.');
  return url;
}

const WAYS: Readonly<Record<KeyWay, string>> = {
  none: 'no key',
  apikey: 'as apikey',
  bearer: 'as apikey and Authorization: Bearer',
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
    `  ${level.padEnd(8)} ${WAYS[probe.way]}: ${message} (${code}).`,
    ...(fix === undefined ? [] : [`           -> ${fix}`]),
  ];
}

function describeFacts({ kind, role, audience, expiresAt }: KeyFacts): string {
  if (kind === 'other') return 'no JWT, and none of Supabase’s new keys';
  if (kind === 'new') return `one of Supabase’s new keys, for ${role}; no JWT, so it is shown as apikey only`;
  const end =
    expiresAt === null ? 'without an end' : `until ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  return `JWT, role ${role ?? 'none'}, aud ${audience.join(', ') || 'none'}, ${end}`;
}

function asFacts(url: string, seen: readonly SeenWay[]): object {
  return {
    url,
    ways: seen.map(({ way: { name, probe }, seen: { level, message, fix = null } }) => ({
      ...{ key: name, way: probe.way, level, finding: probe.finding, status: probe.status },
      ...{ code: probe.code, message, fix },
    })),
  };
}
