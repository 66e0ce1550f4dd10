import type { Command } from 'commander';
import { say } from './language';

const HELP = 'help';
const FLAGS: readonly string[] = ['--help', '-h'];
/** The only option with a value that stands before a command. */
const LANG = '--lang';

/**
 * Who asks for help names the command in any way: `help keys api add`, `keys help api add`, `keys api add --help`. All
 * are told alike, and a word that names no command is refused as it is where nobody asks for help.
 * @returns what the parser is to read in place of `args`
 * @throws {CommanderError} it has said by itself what is wrong
 */
export function readHelp(root: Command, args: readonly string[]): readonly string[] {
  const isFlagged = args.some((arg) => FLAGS.includes(arg));
  const words = args.filter((arg, at) => !arg.startsWith('-') && args[at - 1] !== LANG);
  let place = root;
  let isAsked = isFlagged;
  const path: string[] = [];
  for (const word of words) {
    if (word === HELP && place.commands.length > 0) {
      isAsked = true;
      continue;
    }
    const below = place.commands.find((one) => one.name() === word);
    if (below === undefined) return isAsked ? refused(place, word, [...path, word], isFlagged, args) : args;
    path.push(word);
    place = below;
  }
  return isAsked ? [...path, FLAGS[0] as string] : args;
}

function refused(
  place: Command,
  word: string,
  path: readonly string[],
  isFlagged: boolean,
  args: readonly string[],
): readonly string[] {
  // The parser knows what may have been meant.
  if (place.commands.length > 0) return path;
  // What stands behind a command that has none below it are its arguments.
  if (isFlagged) return args;
  const name = path.slice(0, -1).join(' ');
  return place.error(
    say({
      en: `error: '${name}' has no commands, and so no '${word}'\n(Did you mean waybell help ${name}?)`,
      zh: `错误：${name} 没有下级命令，也就没有 ${word}\n（是否想输入 waybell help ${name}？）`,
    }),
    { code: 'commander.unknownCommand' },
  );
}
