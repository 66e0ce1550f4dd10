import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { fieldWords } from '../sources/reading/field-words';

/** An option whose value is checked at once, by the rule that holds where it goes. */
export function checked<T>(flags: string, description: string, schema: z.ZodType<T>, fallback?: T): Option {
  return new Option(flags, description).default(fallback).argParser((text: string) => {
    const parsed = schema.safeParse(text, { error: fieldWords });
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
