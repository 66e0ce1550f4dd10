import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { fieldWords } from '../sources/reading/field-words';
import { say } from './language';
import { ruleInChinese } from './rules-in-chinese';

/** An option whose value is checked at once, by the rule that holds where it goes. */
export function checked<T>(flags: string, description: string, schema: z.ZodType<T>, fallback?: T): Option {
  return new Option(flags, description).default(fallback).argParser((text: string) => {
    const parsed = schema.safeParse(text, { error: fieldWords });
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(saidOfValue(parsed.error));
  });
}

/** What a check says of a value that it refuses. */
export function saidOfValue({ issues: [issue] }: z.ZodError): string {
  const words = issue?.message ?? '';
  return say({ en: `It ${words}.`, zh: `${ruleInChinese(words)}。` });
}

/** What every command has that shows something. */
export const jsonOption = (): Option =>
  new Option('--json', say({ en: 'for programs', zh: '以 JSON 输出，供程序使用' }));

export function numberOf(schema: z.ZodType<number>): z.ZodType<number> {
  return (
    z
      .string()
      // An empty text would be 0.
      .transform((text) => (text.trim() === '' ? NaN : Number(text)))
      .pipe(schema as z.ZodType<number, number>)
  );
}
