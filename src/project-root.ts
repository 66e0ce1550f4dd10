import { existsSync } from 'node:fs';
import path from 'node:path';

function folderAbove(start: string): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json'))) return folder;
    if (folder === path.dirname(folder)) throw new Error(`no package.json above ${start}`);
  }
}

/**
 * The folder of package.json. Files that the compiler does not copy (SQL, web pages, the workflow bundle) are
 * found from here, whether this code runs from `dist` or from the sources.
 */
export const PROJECT_ROOT = folderAbove(__dirname);
