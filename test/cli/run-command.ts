import { expect, jest } from '@jest/globals';
import type { Command } from 'commander';

export interface Ran {
  readonly code: unknown;
  readonly output: string;
}

/** A command as `waybell` runs it, with all that it says. */
export async function run(command: Command, ...args: string[]): Promise<Ran> {
  const written: string[] = [];
  const write = (line: unknown): number => written.push(String(line));
  const spies = (['log', 'error'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation(write),
  );
  process.exitCode = undefined;
  try {
    await command.parseAsync(args, { from: 'user' });
    return { code: process.exitCode, output: written.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** What a person who is woken at night waits for an answer; milliseconds. */
const PATIENCE_MS = 10_000;

/** The same, in a time in which nobody gives up. */
export async function look(command: Command, ...args: string[]): Promise<Ran> {
  const began = performance.now();
  const ran = await run(command, ...args);
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
  return ran;
}
