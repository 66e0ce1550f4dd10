import { z } from 'zod';
import { isOneSlip } from '../../config/setting-fields';

/** As much of a name as is shown: it may be anything. */
const SHOWN_LENGTH = 40;

/** An object with these fields and no other; one that is misspelt is told with the one that was meant. */
export function strictFields<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownField(key, names)).join('; ')
        : undefined,
  });
}

function unknownField(key: string, names: readonly string[]): string {
  const meant = nearest(key, names);
  const hint = meant === undefined ? `known are ${names.join(', ')}` : `did you mean "${meant}"?`;
  return `unknown field "${key.slice(0, SHOWN_LENGTH)}": ${hint}`;
}

/** The one of `names` that was meant: in another case, the beginning of it, or a slip of the finger away. */
function nearest(word: string, names: readonly string[]): string | undefined {
  const given = word.toLowerCase();
  return names.find((name) => {
    const known = name.toLowerCase();
    return known === given || isOneSlip(known, given) || (given.length > 2 && known.startsWith(given));
  });
}
