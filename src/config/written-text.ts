import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Explanation } from '../shipment/explanation';

/** What people write with an editor, on Windows too: small, and UTF-8 with or without a byte order mark. */

/** Thrown where a file cannot be what somebody meant; never with its path or what is in it. */
export class NoTextError extends Error {
  override readonly name = 'NoTextError';

  constructor(readonly words: Explanation) {
    super(words.en);
  }
}

const NO_FILE: Explanation = { en: 'it is no file', zh: '它不是文件' };
const TOO_LARGE: Explanation = { en: 'it is too large', zh: '它太大' };
const UTF_16: Explanation = { en: 'it is UTF-16: save it as UTF-8', zh: '它是 UTF-16：请另存为 UTF-8' };
const NO_UTF_8: Explanation = { en: 'it is not UTF-8', zh: '它不是 UTF-8' };

/** The byte order marks of UTF-16, which Windows PowerShell writes by itself. */
const UTF_16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/**
 * Reads all of a small file, without its byte order mark.
 * @throws {NoTextError} where it is none, too large, or no text in UTF-8
 * @throws what the system says
 */
export function readWrittenText(file: string, mostBytes: number): string {
  // Of a pipe the opening alone would wait for ever. Windows has none in its folders, and no such flag.
  const handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw new NoTextError(NO_FILE);
    if (stats.size > mostBytes) throw new NoTextError(TOO_LARGE);
    return textOf(readFileSync(handle));
  } finally {
    closeSync(handle);
  }
}

function textOf(bytes: Buffer): string {
  if (UTF_16_MARKS.some((mark) => bytes.subarray(0, mark.length).equals(mark))) throw new NoTextError(UTF_16);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NoTextError(NO_UTF_8);
  }
}
