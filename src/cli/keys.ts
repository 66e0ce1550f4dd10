import type { Command } from 'commander';
import { z } from 'zod';
import { loadAccessTokens, loadSupabaseKeys } from '../config/config';
import { generateKeys, judgeKeys } from '../doctor/keys';
import { MIN_SECRET_LENGTH } from '../config/setting-fields';
import { apiKeysCommand } from './api-keys';
import { keysProbeCommand } from './keys-probe';
import { readSecretLine, THE_SECRET } from './read-line';
import { explainToken } from './explain-token';
import { checked, numberOf, jsonOption } from './checked-option';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, tellAside } from '../terminal';
import { EXIT } from './exit-codes';
import { say } from './language';
import { command } from './summaries';

interface GenerateOptions {
  readonly secretStdin?: true;
  readonly issuer: string;
  readonly audience?: string;
  readonly years: number;
}

interface VerifyOptions {
  readonly tokenStdin?: true;
  readonly json?: boolean;
}

const MAX_YEARS = 20;
const name = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');
const years = z
  .number('must be a number')
  .min(0.01, 'must be at least 0.01')
  .max(MAX_YEARS, `must be at most ${MAX_YEARS}`);

/** `waybell keys`: Waybell’s own; and the two of a Supabase project, the secret behind them, and its persons’ tokens. */
export function keysCommand(): Command {
  return command('keys')
    .addCommand(verifyCommand())
    .addCommand(generateCommand())
    .addCommand(keysProbeCommand())
    .addCommand(apiKeysCommand());
}

function verifyCommand(): Command {
  return command('keys verify')
    .option(
      '--token-stdin',
      say({
        en: 'in their place the access token of a person, one line of standard input: whether, and why not, Waybell takes it',
        zh: '改为检查某个人的访问令牌（标准输入的一行）：Waybell 是否接受它，为什么不接受',
      }),
    )
    .addOption(jsonOption())
    .action(async ({ tokenStdin, json = false }: VerifyOptions) => {
      process.exitCode = tokenStdin ? await verifyToken(json) : verify(json);
    });
}

function generateCommand(): Command {
  return command('keys generate')
    .option(
      '--secret-stdin',
      say({
        en: 'for the secret that comes as one line of standard input, which is not printed',
        zh: '使用标准输入的一行作为密钥，不打印它',
      }),
    )
    .addOption(
      checked('--issuer <name>', say({ en: 'iss of both keys', zh: '两个 key 的 iss' }), name, 'supabase'),
    )
    .addOption(checked('--audience <name>', say({ en: 'aud of both keys', zh: '两个 key 的 aud' }), name))
    .addOption(
      checked('--years <number>', say({ en: 'how long they are valid', zh: '有效年数' }), numberOf(years), 5),
    )
    .action(async (options: GenerateOptions) => {
      process.exitCode = await generate(options);
    });
}

function verify(json: boolean): number {
  const supabase = loadSupabaseKeys();
  const { secret, keys } = supabase;
  if (secret === undefined || keys.length === 0) {
    tellAside([say(notSet(secret === undefined ? NO_SECRET : NO_KEY))]);
    return EXIT.trouble;
  }
  const judged = judgeKeys(supabase, secret.value, Date.now());
  if (json)
    print(
      asJson(judged.map(({ level, message, fix }) => ({ level, message: message.en, fix: fix?.en ?? null }))),
    );
  else
    for (const { message, fix } of judged)
      print(fix === undefined ? say(message) : `${say(message)}\n  -> ${say(fix)}`);
  return judged.some(({ level }) => level === 'problem') ? EXIT.trouble : EXIT.ok;
}

const NO_SECRET: Explanation = {
  en: 'SUPABASE_JWT_SECRET (or JWT_SECRET)',
  zh: 'SUPABASE_JWT_SECRET（或 JWT_SECRET）',
};
const NO_KEY: Explanation = { en: 'ANON_KEY or SERVICE_ROLE_KEY', zh: 'ANON_KEY 或 SERVICE_ROLE_KEY' };

const notSet = ({ en, zh }: Explanation): Explanation => ({
  en: `${en} is not set: put the secret and the keys into the environment.`,
  zh: `没有设置 ${zh}：请把 secret 和密钥放入环境变量。`,
});

const THE_TOKEN: Explanation = { en: 'The access token', zh: '访问令牌' };

/** Looks at a token exactly as the API does. */
async function verifyToken(json: boolean): Promise<number> {
  const token = (await readSecretLine(process.stdin, THE_TOKEN)).trim();
  const { taken, facts, lines } = await explainToken(token, loadAccessTokens());
  if (json) print(asJson(facts));
  else tell(lines);
  return taken ? EXIT.ok : EXIT.trouble;
}

async function generate({ secretStdin, ...choices }: GenerateOptions): Promise<number> {
  const given = secretStdin ? await readSecretLine(process.stdin, THE_SECRET) : undefined;
  if (given !== undefined && given.length < MIN_SECRET_LENGTH) {
    tellAside([
      say({
        en: `The secret needs at least ${MIN_SECRET_LENGTH} characters.`,
        zh: `secret 至少需要 ${MIN_SECRET_LENGTH} 个字符。`,
      }),
    ]);
    return EXIT.trouble;
  }
  const { secret, anonKey, serviceRoleKey } = generateKeys({
    ...choices,
    ...(given !== undefined && { secret: given }),
  });
  if (given === undefined) print(`JWT_SECRET=${secret}`);
  print(`ANON_KEY=${anonKey}\nSERVICE_ROLE_KEY=${serviceRoleKey}`);
  tellAside([say(WHERE_TO)]);
  return EXIT.ok;
}

const WHERE_TO: Explanation = {
  en: 'Put them into Supabase’s .env and the gateway, restart auth, rest and kong, and give the same secret to Waybell as SUPABASE_JWT_SECRET.',
  zh: '请把它们写入 Supabase 的 .env 和网关，重新启动 auth、rest 和 kong，并把同一个 secret 作为 SUPABASE_JWT_SECRET 交给 Waybell。',
};
