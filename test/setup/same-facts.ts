import type { Explanation } from '../../src/shipment/explanation';

/** What both languages must hold, letter by letter: commands and options, settings, codes, paths, numbers and SQL. */
const FACT =
  /(?:npx )?waybell [a-z][a-z-]+|--[a-z][a-z-]*|[A-Za-z_]*[0-9_][\w.:/@-]*|\b[A-Z]{2,}\b|\b[\w-]+(?:\.[\w-]+)+\b/gu;
const CHINESE = /[\p{Script=Han}，。；：、！？（）“”]/u;

const factsIn = (text: string): string[] =>
  (text.match(FACT) ?? []).map((fact) => fact.replace(/[.:/]+$/, ''));

/**
 * What one language says and the other does not, as far as it can be told from the letters. A text without Chinese must
 * be the same in both: a command, or words that are quoted.
 */
export function lostIn({ en, zh }: Explanation): string[] {
  if (!CHINESE.test(zh)) return en === zh ? [] : [zh];
  return [
    ...factsIn(en).filter((fact) => !zh.includes(fact)),
    ...factsIn(zh).filter((fact) => !en.includes(fact)),
  ];
}
