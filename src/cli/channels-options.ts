import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { httpUrl } from '../config/setting-fields';
import { readSecretLine } from './read-secret-line';

/** What several of the commands under `waybell channels` ask for. */

export interface SecretOptions {
  readonly secret?: readonly string[];
  readonly secretStdin?: true;
}

const publicUrl = httpUrl.refine((url) => !/[?#]/.test(url), 'must end before ? and #');

export function withSecrets(command: Command, what: string): Command {
  return command
    .option(
      '--secret <value>',
      `${what}; may be repeated. Stays in the history of the shell`,
      (value, all: string[] = []) => [...all, value],
    )
    .option('--secret-stdin', `${what}, as one line of standard input`);
}

export async function secretsOf({ secret = [], secretStdin }: SecretOptions): Promise<string[]> {
  return secretStdin ? [...secret, await readSecretLine(process.stdin)] : [...secret];
}

/** An option whose value is checked at once, by the rule that holds for the file. */
export function checked<T>(flags: string, description: string, schema: z.ZodType<T>, fallback?: T): Option {
  return new Option(flags, description).default(fallback).argParser((text: string) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message}.`);
  });
}

export function numberOf(schema: z.ZodType<number>): z.ZodType<number> {
  return (
    z
      .string()
      // An empty text would be 0.
      .transform((text) => (text.trim() === '' ? NaN : Number(text)))
      .pipe(schema as z.ZodType<number, number>)
  );
}

export function urlOption(): Option {
  return checked(
    '--url <address>',
    'where the carrier reaches the API, as https://hooks.example.com',
    publicUrl,
  );
}
