import { Argument, type Command } from 'commander';
import { print } from '../terminal';
import { command } from './summaries';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** What may stand behind a command: those below it, and its options. */
export interface Place {
  /** `channels add`; `''` behind `waybell` itself. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
}

/** `waybell completion`: what a shell completes, as a script that asks nobody any more. */
export function completionCommand(commands: Readonly<Record<string, () => Promise<Command>>>): Command {
  return command('completion')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: Shell, _options: object, { parent }: Command) => {
      const all = await Promise.all(Object.values(commands).map((load) => load()));
      const root = placeOf('', all, parent?.options ?? []);
      print(SCRIPTS[shell]([root, ...all.flatMap((one) => placesOf(one))]));
    });
}

type Options = Command['options'];

function placesOf(one: Command, above = ''): Place[] {
  const path = `${above} ${one.name()}`.trim();
  return [
    placeOf(path, one.commands, one.options),
    ...one.commands.flatMap((below) => placesOf(below, path)),
  ];
}

function placeOf(path: string, commands: readonly Command[], options: Options): Place {
  return {
    path,
    words: [
      ...commands.map((below) => ({ word: below.name(), summary: below.description() })),
      ...options.flatMap(({ long, description, hidden }) =>
        hidden || long == null ? [] : [{ word: long, summary: description }],
      ),
    ],
  };
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: inBash,
  // It runs functions that were written for bash.
  zsh: (places) =>
    `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${inBash(places)}`,
  fish: inFish,
};

/** Follows what is typed from command to command, as far as it names any. */
function inBash(places: readonly Place[]): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  const cases = places.map(
    ({ path, words }) => `    '${path}') words='${words.map(({ word }) => word).join(' ')}' ;;`,
  );
  return [
    '_waybell() {',
    "  local place='' words='' index next",
    '  for ((index = 1; index < COMP_CWORD; index++)); do',
    '    next="${place:+$place }${COMP_WORDS[index]}"',
    `    case "$next" in ${paths.join('|')}) place="$next" ;; esac`,
    '  done',
    '  case "$place" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words --help" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _waybell waybell',
  ].join('\n');
}

function inFish(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) =>
    words.map(({ word, summary }) => {
      const isOption = word.startsWith('--');
      const what = isOption ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c waybell -n ${quoted(whereInFish(path, isOption, places))} ${what} -d ${quoted(summary)}`;
    }),
  );
  return ['complete -c waybell -f', ...lines].join('\n');
}

/** Behind every word of the path, and behind none of the commands below it. */
function whereInFish(path: string, isOption: boolean, places: readonly Place[]): string {
  if (path === '') return isOption ? 'true' : '__fish_use_subcommand';
  const seen = path.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  const below = places.find((one) => one.path === path)?.words ?? [];
  const commands = below.flatMap(({ word }) => (word.startsWith('--') ? [] : [word]));
  const none = commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${commands.join(' ')}`];
  return [...seen, ...none].join('; and ');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
