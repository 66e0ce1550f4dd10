import { jest } from '@jest/globals';
import type { Command } from 'commander';

/** A command as `waybell` runs it, with all that it says. */
export async function run(
  command: Command,
  ...args: string[]
): Promise<{ readonly code: unknown; readonly output: string }> {
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
