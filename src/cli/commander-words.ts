import { type Argument, type Command, Help, type Option } from 'commander';
import { say, spokenLanguage } from './language';

/** What the parser of commands says by itself, for who reads Chinese. */

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
};

type Rewording = readonly (readonly [RegExp, string])[];

/** What stands behind a description. */
const BEHIND: Rewording = [
  [/ ?\(choices: ([^()]*)\)$/, '（可选：$1）'],
  [/ ?\(choices: ([^()]*), default: ([^()]*)\)$/, '（可选：$1；默认：$2）'],
  [/ ?\(default: (.*)\)$/, '（默认：$1）'],
];

/** Its words of what was typed; what the check of a value has said of it follows, and is Chinese already. */
const REFUSALS: Rewording = [
  [/^error: /, '错误：'],
  [/missing required argument '(.*)'/, '缺少参数 $1'],
  [/option '(.*?)' argument missing/, '选项 $1 缺少值'],
  [/required option '(.*?)' not specified/, '必须给出选项 $1'],
  [/option '(.*?)' cannot be used with option '(.*?)'/, '选项 $1 不能与 $2 同时使用'],
  [/unknown option '(.*)'/, '没有选项 $1'],
  [/unknown command '(.*)'/, '没有命令 $1'],
  [
    /too many arguments(?: for '.*?')?\. Expected (\d+) arguments? but got (\d+)\./,
    '参数过多：应为 $1 个，却有 $2 个。',
  ],
  [/option '(.*?)' argument '(.*?)' is invalid\. /, '选项 $1 的值“$2”无效：'],
  [/command-argument value '(.*?)' is invalid for argument '(.*?)'\. /, '参数 $2 的值“$1”无效：'],
  [/Allowed choices are (.*)\./, '可选：$1。'],
  [/\(Did you mean one of (.*)\?\)/, '（是否想输入其中之一：$1？）'],
  [/\(Did you mean (.*)\?\)/, '（是否想输入 $1？）'],
];

function reworded(text: string, words: Rewording): string {
  if (spokenLanguage() === 'en') return text;
  return words.reduce((said, [pattern, zh]) => said.replace(pattern, zh), text);
}

/** The command, in the language that is spoken, with all that the parser says of it. */
export function inSpokenWords(command: Command): Command {
  const plain = new Help();
  const help = say({ en: 'display help for command', zh: '显示命令的帮助' });
  return command
    .configureHelp({
      styleTitle: (title) => (spokenLanguage() === 'en' ? title : (TITLES[title] ?? title)),
      optionDescription: (option: Option) => reworded(plain.optionDescription(option), BEHIND),
      subcommandDescription: (below) => (below.name() === 'help' ? help : plain.subcommandDescription(below)),
      argumentDescription: (argument: Argument) => reworded(plain.argumentDescription(argument), BEHIND),
    })
    .configureOutput({ outputError: (text, write) => write(reworded(text, REFUSALS)) })
    .helpOption('-h, --help', help);
}
