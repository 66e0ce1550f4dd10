import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { readHelp } from '../../src/cli/ask-for-help';
import { inSpokenWords } from '../../src/cli/commander-words';
import { COMMANDS } from '../../src/cli/commands';
import { alarmsCommand } from '../../src/cli/alarms';
import { attentionCommand } from '../../src/cli/attention';
import { auditCommand } from '../../src/cli/audit';
import { channelsCommand } from '../../src/cli/channels';
import { compareCommand } from '../../src/cli/compare';
import { completionCommand } from '../../src/cli/completion';
import { doctorCommand } from '../../src/cli/doctor';
import { eraseCommand } from '../../src/cli/erase';
import { importHistoryCommand } from '../../src/cli/import-history';
import { importQueueCommand } from '../../src/cli/import-queue';
import { keysCommand } from '../../src/cli/keys';
import { ledgerCommand, forgetJournalCommand } from '../../src/cli/ledger';
import { linkCommand } from '../../src/cli/link';
import { migrateCommand } from '../../src/cli/migrate';
import { providersCommand } from '../../src/cli/providers';
import { pushTestCommand } from '../../src/cli/push-test';
import { receiversCommand } from '../../src/cli/receivers';
import { releaseCommand } from '../../src/cli/release';
import { replayCommand } from '../../src/cli/replay';
import { retryCommand } from '../../src/cli/retry';
import { sendCommand } from '../../src/cli/send';
import { startCommand, stopCommand } from '../../src/cli/start';
import { statusCommand } from '../../src/cli/status';
import { whyCommand } from '../../src/cli/why';
import { wordsCommand } from '../../src/cli/words';
import { failureOf } from '../../src/cli/failures';
import { speak } from '../../src/cli/language';
import { settingInChinese } from '../../src/cli/rules-in-chinese';
import { idleSettings, loadConfig, SETTING_NAMES, SettingsError } from '../../src/config/config';
import { OBSOLETE_SETTINGS } from '../../src/config/obsolete-settings';

const CHINESE = /\p{Script=Han}/u;

interface Named {
  readonly path: string;
  readonly command: Command;
}

/** As COMMANDS loads them, one by one. */
const MAKE = [
  startCommand,
  stopCommand,
  statusCommand,
  doctorCommand,
  whyCommand,
  attentionCommand,
  retryCommand,
  linkCommand,
  ledgerCommand,
  sendCommand,
  pushTestCommand,
  channelsCommand,
  providersCommand,
  wordsCommand,
  replayCommand,
  eraseCommand,
  receiversCommand,
  alarmsCommand,
  keysCommand,
  auditCommand,
  migrateCommand,
  releaseCommand,
  importQueueCommand,
  importHistoryCommand,
  compareCommand,
  forgetJournalCommand,
];

/** The program with every command in it, as `main` makes it. */
function everyCommand(): { root: Command; all: Named[] } {
  const root = inSpokenWords(new Command('waybell'));
  for (const make of MAKE) root.addCommand(make());
  root.addCommand(completionCommand(COMMANDS));
  expect(root.commands.map((one) => one.name()).sort()).toEqual(Object.keys(COMMANDS).sort());
  const all: Named[] = [];
  const walk = (command: Command, above: string): void => {
    const path = `${above} ${command.name()}`.trim();
    all.push({ path, command: command.exitOverride() });
    for (const below of command.commands) walk(below, path);
  };
  walk(root, '');
  return { root, all };
}

let said: string[];
const told = (command: Command): string => {
  said = [];
  const write = (text: string): void => void said.push(text);
  command.configureOutput({ ...command.configureOutput(), writeErr: write, writeOut: write });
  return '';
};

describe('a terminal in Chinese', () => {
  let program: { root: Command; all: Named[] };
  beforeAll(() => {
    speak('zh');
    program = everyCommand();
  });
  afterAll(() => speak('en'));

  test('has every description of every help in Chinese, and its headings', () => {
    expect(program.all.length).toBeGreaterThan(35);
    for (const { path, command } of program.all) {
      const help = command.createHelp();
      const described = [
        ...help
          .visibleOptions(command)
          .map((option) => [option.flags, help.optionDescription(option)] as const),
        ...help
          .visibleArguments(command)
          .filter(({ description }) => description !== '')
          .map((argument) => [argument.name(), help.argumentDescription(argument)] as const),
        ...help
          .visibleCommands(command)
          .map((below) => [below.name(), help.subcommandDescription(below)] as const),
      ];
      const english = described.filter(
        ([, words]) => !CHINESE.test(words) || /\((choices|default):/.test(words),
      );
      expect({ path, english }).toEqual({ path, english: [] });
      expect(command.helpInformation()).not.toMatch(/^(Usage|Options|Arguments|Commands|Scopes|Examples):/m);
    }
  });

  test.each([
    ['keys api revoke', [], '缺少参数 name'],
    ['keys api add', ['ann'], '必须给出选项 --scopes <list>'],
    ['keys api add', ['ann', '--scopes', 'everything'], '请给出其中的一些'],
    ['keys api add', ['Ann', '--scopes', 'read'], '参数 name 的值“Ann”无效：只能含 a-z'],
    ['stop', ['--jsno'], '没有选项 --jsno'],
    ['doctor', ['--jsn'], '（是否想输入 --json？）'],
    ['doctor', ['now'], '参数过多：应为 0 个，却有 1 个。'],
    ['attention', ['--kind', 'x'], '可选：'],
    ['attention', ['--limit'], '选项 --limit <n> 缺少值'],
    ['attention', ['--limit', '0'], '至少 1'],
    ['audit', ['--since', 'noon'], '请写 36h'],
    ['channels rotate', ['kuaidi100', 'main', '--leaked', '--keep-old', '1'], '不能与'],
    ['channels', ['ad'], '没有命令 ad\n（是否想输入 add？）'],
  ])('says %s %j: %s', async (path, args, words) => {
    const { command } = program.all.find((one) => one.path === `waybell ${path}`) as Named;
    told(command);
    await expect(command.parseAsync(args, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
    expect(said.join('')).toContain(words);
    expect(said.join('')).toMatch(/^错误：/);
    expect(said.join('')).not.toMatch(/error|Did you|invalid/);
  });
});

describe('what is wrong with settings', () => {
  /** Something of each is wrong with whatever a setting expects. */
  const WRONG = [
    'x',
    '',
    ' ',
    '-1',
    '0',
    '1e99',
    '{}',
    '[]',
    '[1]',
    '{"a":1}',
    '{"a":{"b":[]}}',
    'http://u:p@h',
    'ftp://x',
    'postgres://a@b@c/d',
    'postgresql://shop.example/db',
    '许',
    'x'.repeat(300),
    'https://a.example#x,https://a.example#x',
  ];
  const problemsOf = (settings: NodeJS.ProcessEnv): readonly string[] => {
    try {
      loadConfig(settings);
      return [];
    } catch (error) {
      return [...(error as SettingsError).problems, ...(error as SettingsError).idle];
    }
  };

  test('is said in Chinese, whichever it is', () => {
    const lines = new Set<string>();
    const surroundings = [
      {},
      { NODE_ENV: 'production' },
      { DATABASE_URL: 'postgresql://me:x@shop.example/db' },
    ];
    const add = (settings: NodeJS.ProcessEnv): void => {
      for (const around of surroundings)
        for (const line of problemsOf({ ...around, ...settings })) lines.add(line);
    };
    for (const value of WRONG) add(Object.fromEntries(SETTING_NAMES.map((name) => [name, value])));
    // By itself, so that what belongs to it is missing.
    for (const name of SETTING_NAMES) add({ [name]: 'x' });
    const old = Object.fromEntries([...Object.keys(OBSOLETE_SETTINGS), 'API_KEY'].map((name) => [name, 'x']));
    for (const line of idleSettings(old)) lines.add(line);
    for (const line of problemsOf({ API_KEYS_FILE: '/nowhere' })) lines.add(line);
    const english = [...lines].filter((line) => !CHINESE.test(settingInChinese(line).replace(/许/g, '')));
    expect(english).toEqual([]);
    expect(lines.size).toBeGreaterThan(150);
  });

  test('keeps the names, and shows no value', () => {
    expect(settingInChinese('PORT: must be at least 1')).toBe('PORT：必须是至少 1');
    expect(settingInChinese('ALARM_URLS: the 2. URL must be an https URL')).toBe(
      'ALARM_URLS：第 2 个地址必须是https 地址',
    );
    speak('zh');
    try {
      const { words, exitCode } = failureOf(new SettingsError(['PORT: must be a number'], []));
      expect({ words, exitCode }).toEqual({
        words: '这些设置使 Waybell 无法启动：\n  - PORT：必须是数字',
        exitCode: 2,
      });
    } finally {
      speak('en');
    }
  });
});

describe('who asks for help', () => {
  test.each([
    ['help', '--help'],
    ['help channels', 'channels --help'],
    ['help channels add', 'channels add --help'],
    ['help keys api add', 'keys api add --help'],
    ['keys api help add', 'keys api add --help'],
    ['--lang zh help stop', 'stop --help'],
    ['keys api --help', 'keys api --help'],
    ['why help', 'why help'],
    ['why x --help', 'why x --help'],
    ['stop', 'stop'],
    // What names nothing is refused by the parser, which proposes what was meant.
    ['help channels typo', 'channels typo'],
    ['channels help typo', 'channels typo'],
    ['channels typo --help', 'channels typo'],
    ['help keys api ad', 'keys api ad'],
    ['help dcotor', 'dcotor'],
    ['dcotor --help', 'dcotor'],
  ])('by “%s” is read as “%s”', (typed, read) => {
    const { root } = everyCommand();
    expect(readHelp(root, typed.split(' '))).toEqual(read.split(' '));
  });

  test('of a word below a command that has none is told so', () => {
    const { root, all } = everyCommand();
    const stop = all.find(({ path }) => path === 'waybell stop') as Named;
    told(stop.command);
    expect(() => readHelp(root, ['help', 'stop', 'typo'])).toThrow(expect.objectContaining({ exitCode: 1 }));
    expect(said.join('')).toContain('(Did you mean waybell help stop?)');
  });

  test('by a word with a slip is shown what was meant, at each level', async () => {
    const { root, all } = everyCommand();
    for (const [typed, meant] of [
      ['help chanels', 'channels'],
      ['help channels lst', 'list'],
      ['keys api help revok', 'revoke'],
    ] as const) {
      for (const { command } of all) told(command);
      await expect(
        root.parseAsync([...readHelp(root, typed.split(' '))], { from: 'user' }),
      ).rejects.toMatchObject({ code: 'commander.unknownCommand' });
      expect(said.join('')).toContain(`(Did you mean ${meant}?)`);
    }
  });
});
