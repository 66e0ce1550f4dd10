import { readFileSync } from 'node:fs';

const PEM = /^\s*-----BEGIN /;
const JSON_OBJECT = /^\s*\{/;

/**
 * What a setting holds that is either the content of a key's file or its path. Read when the provider is made, since
 * only a process that pushes needs the file.
 * @throws {Error} naming the setting.
 */
export function readKeyFile(setting: string, value: string): string {
  // Environment files keep a PEM on one line, with \n written out.
  if (PEM.test(value)) return value.replaceAll('\\n', '\n');
  if (JSON_OBJECT.test(value)) return value;
  try {
    // Windows writes a byte order mark, which neither JSON nor PEM knows.
    return readFileSync(value, 'utf8').replace(/^\uFEFF/, '');
  } catch (cause) {
    throw new Error(`${setting}: the file cannot be read`, { cause });
  }
}
