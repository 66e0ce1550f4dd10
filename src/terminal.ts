import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { escapeInvisible, withoutInvisible } from './shipment/shown-text';

/**
 * The one way to a terminal (lint): what carriers, customers and providers have said stands in what commands print, and
 * nothing of it may be obeyed there.
 */

/** What a line means to who reads it; a terminal with colours shows it, everything else does not. */
const COLOURS = { good: 'green', waits: 'yellow', bad: 'red', soft: 'dim', paste: 'bold' } as const;
/** `paste`: the whole line is to be pasted, and never wrapped. */
export type Tone = keyof typeof COLOURS;

export interface Toned {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = string | Toned;

export const toned = (tone: Tone, text: string): Toned => ({ text, tone });

/** Prints what programs read and people paste, on standard output: as it is. */
export function print(text: string): void {
  console.log(withoutInvisible(text));
}

/** The same on standard error: what is said beside it. */
export function printAside(text: string): void {
  console.error(withoutInvisible(text));
}

/** Prints lines for people: wrapped where a terminal shows them, and in colours where it has some. */
export function tell(lines: readonly Line[]): void {
  console.log(forPeople(lines, process.stdout));
}

export function tellAside(lines: readonly Line[]): void {
  console.error(forPeople(lines, process.stderr));
}

/** What is known of a terminal; a pipe or a file is none. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** As Node says it, which looks at NO_COLOR and TERM. */
  readonly hasColors?: () => boolean;
}

export function forPeople(lines: readonly Line[], { isTTY = false, columns, hasColors }: Screen): string {
  const width = isTTY ? (columns ?? 0) : 0;
  const colours = isTTY && hasColors?.() === true;
  return lines
    .flatMap((line) => {
      const { text, tone } = typeof line === 'string' ? { text: line, tone: undefined } : line;
      const wrapped = withoutInvisible(text)
        .split('\n')
        .flatMap((one) => (width < LEAST_WIDTH || tone === 'paste' ? [one] : wrap(one, width)));
      if (tone === undefined || !colours) return wrapped;
      return wrapped.map((one) => styleText(COLOURS[tone], one, { validateStream: false }));
    })
    .join('\n');
}

/** Below it nothing is readable anyway, and some programs claim to be terminals of no width. */
const LEAST_WIDTH = 20;
/** Chinese breaks anywhere, but no line begins with what ends a sentence; what is to be pasted never breaks. */
const PIECE =
  /npx waybell .*|--[a-z]+ '[^']*'| +|[（《「]?(?:[\p{Script=Han}—…]|[^ \p{Script=Han}—…（《「，。；：！？、）》」]+)[，。；：！？、）》」]*|[^ ]/gu;
/** `next       npx waybell …`: what follows such a head stands below itself, and not below the head. */
const HEAD = /^ *(?:[^ ]+ {2,})*/;
const HANGING = 2;

/** A line in several that fit; a single word or a command that does not fit stays whole. */
function wrap(line: string, width: number): string[] {
  if (stringWidth(line) <= width) return [line];
  const [head] = HEAD.exec(line) ?? [''];
  const hanging = head.trim() === '' ? head.length + HANGING : stringWidth(head);
  const indent = ' '.repeat(Math.min(hanging, Math.floor(width / 2)));
  const lines = [''];
  for (const [piece] of line.matchAll(PIECE)) {
    const last = lines.at(-1) ?? '';
    const isBegun = last.trim() !== '';
    if (!isBegun || stringWidth(last + piece.trimEnd()) <= width) lines[lines.length - 1] = last + piece;
    else lines.push(indent + piece.trimStart());
  }
  return lines.map((one) => one.trimEnd());
}

/** JSON for programs, which `print` leaves as it is. */
export function asJson(value: unknown): string {
  return escapeInvisible(JSON.stringify(value, null, 2));
}

/** A text that takes so many columns; a Chinese character takes two. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** Rows of cells, the first the heads, in columns. */
export function inTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
