import { existsSync } from 'node:fs';
import path from 'node:path';

/** What these suites run, and the package of Debian that has it. */
export const PACKAGES = {
  bash: 'bash',
  curl: 'curl',
  psql: 'postgresql-client',
  pgbouncer: 'pgbouncer',
  nginx: 'nginx',
} as const;

/** Debian puts servers where only root's PATH leads. */
const MORE_FOLDERS = ['/usr/sbin', '/opt/homebrew/bin'];

/** @returns where a program of the system is. */
export function findProgram(name: keyof typeof PACKAGES): string {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), ...MORE_FOLDERS];
  const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
  if (found === undefined) {
    const packages = Object.values(PACKAGES).join(' ');
    throw new Error(`There is no ${name} here. These tests need: apt-get install ${packages}`);
  }
  return found;
}
