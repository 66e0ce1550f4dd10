import { z } from 'zod';

export const consoleFields = { CONSOLE: z.literal('on', 'must be on').optional() };

export interface ConsoleSettings {
  /** Whether operators have a page, at `/console`. */
  readonly console: boolean;
}

export function consoleOf(env: z.output<z.ZodObject<typeof consoleFields>>): ConsoleSettings {
  return { console: env.CONSOLE !== undefined };
}

/** Where nothing asks for a key there is nothing to log in with: everybody would be an operator. */
export function consoleContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const { CONSOLE, DATABASE_URL, API_KEYS } = given;
  const mode = given['DEVICE_REGISTRATION'] ?? (DATABASE_URL === undefined ? 'open' : 'key');
  if (CONSOLE === undefined || mode !== 'open' || API_KEYS !== undefined) return [];
  return [
    'CONSOLE: needs an API that asks for keys: set API_KEYS (openssl rand -hex 24 makes one), or DEVICE_REGISTRATION=key',
  ];
}
