import type { Command } from 'commander';
import { z } from 'zod';
import { loadAccessTokens, loadSupabaseKeys } from '../config/config';
import { generateKeys, judgeKeys } from '../doctor/keys';
import { MIN_SECRET_LENGTH } from '../config/setting-fields';
import { apiKeysCommand } from './api-keys';
import { keysProbeCommand } from './keys-probe';
import { readSecretLine } from './read-line';
import { explainToken } from './explain-token';
import { checked, numberOf } from './checked-option';
import { print, printAside } from '../terminal';
import { command } from './summaries';

interface GenerateOptions {
  readonly secretStdin?: true;
  readonly issuer: string;
  readonly audience?: string;
  readonly years: number;
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
      'in their place the access token of a person, one line of standard input: whether, and why not, Waybell takes it',
    )
    .action(async ({ tokenStdin }: { tokenStdin?: true }) => {
      process.exitCode = tokenStdin ? await verifyToken() : verify();
    });
}

function generateCommand(): Command {
  return command('keys generate')
    .option('--secret-stdin', 'for the secret that comes as one line of standard input, which is not printed')
    .addOption(checked('--issuer <name>', 'iss of both keys', name, 'supabase'))
    .addOption(checked('--audience <name>', 'aud of both keys', name))
    .addOption(checked('--years <number>', 'how long they are valid', numberOf(years), 5))
    .action(async (options: GenerateOptions) => {
      process.exitCode = await generate(options);
    });
}

function verify(): number {
  const supabase = loadSupabaseKeys();
  const { secret, keys } = supabase;
  if (secret === undefined || keys.length === 0) {
    const missing =
      secret === undefined ? 'SUPABASE_JWT_SECRET (or JWT_SECRET)' : 'ANON_KEY or SERVICE_ROLE_KEY';
    printAside(`${missing} is not set: put the secret and the keys into the environment.`);
    return 1;
  }
  const judged = judgeKeys(supabase, secret.value, Date.now());
  for (const { message, fix } of judged) print(fix === undefined ? message : `${message}\n  -> ${fix}`);
  return judged.some(({ level }) => level === 'problem') ? 1 : 0;
}

/** Looks at a token exactly as the API does. */
async function verifyToken(): Promise<number> {
  const token = (await readSecretLine(process.stdin, 'The access token')).trim();
  const explained = await explainToken(token, loadAccessTokens());
  for (const line of explained.lines) print(line);
  return explained.taken ? 0 : 1;
}

async function generate({ secretStdin, ...choices }: GenerateOptions): Promise<number> {
  const given = secretStdin ? await readSecretLine(process.stdin, 'The secret') : undefined;
  if (given !== undefined && given.length < MIN_SECRET_LENGTH) {
    printAside(`The secret needs at least ${MIN_SECRET_LENGTH} characters.`);
    return 1;
  }
  const { secret, anonKey, serviceRoleKey } = generateKeys({
    ...choices,
    ...(given !== undefined && { secret: given }),
  });
  if (given === undefined) print(`JWT_SECRET=${secret}`);
  print(`ANON_KEY=${anonKey}\nSERVICE_ROLE_KEY=${serviceRoleKey}`);
  printAside(
    'Put them into Supabase’s .env and the gateway, restart auth, rest and kong, and give the same secret to Waybell as SUPABASE_JWT_SECRET.',
  );
  return 0;
}
