import { z } from 'zod';

/** As much of a name as is shown: it may be anything. */
const SHOWN_LENGTH = 40;

/** An object with these fields and no other; one that is misspelt is told with the one that was meant. */
export function strictFields<Shape extends z.ZodRawShape>(
  shape: Shape,
  extra: string = '',
): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownField(key, names, extra)).join('; ')
        : undefined,
  });
}

function unknownField(key: string, names: readonly string[], extra: string): string {
  const meant = nearest(key, names);
  const hint = meant === undefined ? `known are ${names.join(', ')}${extra}` : `did you mean "${meant}"?`;
  return `unknown field "${key.slice(0, SHOWN_LENGTH)}": ${hint}`;
}

/** The one of `names` that a slip of the finger makes into `word`; `undefined` where none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const given = word.slice(0, SHOWN_LENGTH).toLowerCase();
  const [best] = names
    .map((name) => ({ name, slips: slipsBetween(given, name.toLowerCase()) }))
    .sort((one, other) => one.slips - other.slips);
  return best !== undefined && best.slips <= Math.max(1, Math.floor(best.name.length / 3))
    ? best.name
    : undefined;
}

/** Levenshtein's distance: letters that are missing, too many, or others. */
function slipsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [place, wanted] of [...other].entries()) {
      const [above = 0, aboveLeft = 0, left = 0] = [row[place + 1], row[place], next[place]];
      next.push(Math.min(above + 1, left + 1, aboveLeft + (letter === wanted ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
