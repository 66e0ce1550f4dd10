import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SourceVectors } from './vectors';

/** The vectors of a source, in the file of its name; `undefined` for a source that brings none. */
export async function loadVectors(source: string): Promise<SourceVectors | undefined> {
  if (!existsSync(path.join(__dirname, `${source}.ts`))) return undefined;
  const file = (await import(`./${source}`)) as { vectors?: SourceVectors };
  return file.vectors;
}
