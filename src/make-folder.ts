import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that file system can only be read',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file',
  ENOENT: 'that file system takes no folders',
};

/**
 * Makes a folder with those above it, where they are missing. One by one: `recursive` of Node.js tries without an end
 * where a file system takes no folder, as in /proc.
 * @throws {Error} a sentence that names the folder
 */
export async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = [];
  for (let one = folder; !existsSync(one); one = path.dirname(one)) missing.unshift(one);
  try {
    for (const one of missing) await mkdir(one).catch(unlessItIsThere);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    throw new Error(`The folder ${folder} cannot be made: ${WORDS[code] ?? message}.`, { cause });
  }
}

/** Somebody else may have made it meanwhile. */
function unlessItIsThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
