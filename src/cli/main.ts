#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { terminalLanguage } from '../config/terminal-language';
import { PROJECT_ROOT } from '../project-root';
import { LANGUAGES, type Language } from '../shipment/phrases';
import { tellAside } from '../terminal';
import { readHelp } from './ask-for-help';
import { inSpokenWords } from './commander-words';
import { COMMANDS, isCommandName } from './commands';
import { EXIT, EXIT_WORDS } from './exit-codes';
import { say, speak } from './language';
import { command, SUMMARIES } from './summaries';

/** What is typed in place of the terminal's own language, wherever it stands. */
function askedLanguage(args: readonly string[]): Language | undefined {
  const at = args.indexOf('--lang');
  const asked = at < 0 ? args.find((arg) => arg.startsWith(LANG_IS))?.slice(LANG_IS.length) : args[at + 1];
  return LANGUAGES.find((language) => language === asked);
}
const LANG_IS = '--lang=';

/** The command that is meant, also by `waybell help <command>`. */
function askedCommand(args: readonly string[]): string | undefined {
  const at = args.indexOf('--lang');
  const words = args.filter((arg, index) => !arg.startsWith('-') && !(at >= 0 && index === at + 1));
  return words[0] === 'help' ? words[1] : words[0];
}

/** What the environment does not say, `.env` may; and what neither does, the Waybell that runs in DATA_DIR. */
async function completeSettings(name: string): Promise<void> {
  const { takeEnvFile } = await import('../config/env-file.js');
  const found = takeEnvFile();
  if (name === 'start') {
    if (found !== undefined && found.taken.length > 0)
      tellAside([
        say({
          en: `Settings from ${found.file}: ${found.taken.join(', ')}`,
          zh: `来自 ${found.file} 的设置：${found.taken.join(', ')}`,
        }),
      ]);
    return;
  }
  const { loadDataDir, SettingsError } = await import('../config/config.js');
  const { takeSettingsOfRunning } = await import('../process/settings-of-running.js');
  try {
    for (const line of await takeSettingsOfRunning(loadDataDir())) tellAside([line]);
  } catch (error) {
    // Each command says by itself what is wrong with its settings.
    if (!(error instanceof SettingsError)) throw error;
  }
}

async function program(args: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const codes = Object.entries(EXIT_WORDS).map(
    ([name, words]) => `  ${EXIT[name as keyof typeof EXIT]}  ${say(words)}`,
  );
  const waybell = inSpokenWords(new Command('waybell'))
    .description(
      say({
        en: 'Carrier webhooks become pushes on the phones of buyer and merchant, durably',
        zh: '把快递的 webhook 可靠地变成买家和商家手机上的推送',
      }),
    )
    .version(version, '-V, --version', say({ en: 'output the version number', zh: '显示版本号' }))
    .addOption(
      new Option('--lang <language>', say({ en: 'of what is said', zh: '说明所用的语言' })).choices(
        LANGUAGES,
      ),
    )
    .addHelpText('after', `\n${say({ en: 'Exit codes:', zh: '退出码：' })}\n${codes.join('\n')}`)
    .hook('preAction', async (_, action) => {
      await completeSettings(action.name());
      speak(askedLanguage(args) ?? terminalLanguage());
    });
  const asked = askedCommand(args);
  if (asked !== undefined && isCommandName(asked)) waybell.addCommand(await COMMANDS[asked]());
  // Listed, and looked through for what somebody may have meant.
  else for (const name of Object.keys(SUMMARIES).filter(isCommandName)) waybell.addCommand(command(name));
  return waybell;
}

/** Commands that are added are not told by the one above them what to do at a wrong word. */
function throwing(one: Command): Command {
  for (const below of one.commands) throwing(below);
  return one.exitOverride();
}

/** What is on its way to the screen gets there; milliseconds. */
const LINGER_MS = 500;

async function run(): Promise<void> {
  const args = process.argv.slice(2);
  speak(askedLanguage(args) ?? terminalLanguage());
  try {
    const waybell = throwing(await program(args));
    await waybell.parseAsync(readHelp(waybell, args), { from: 'user' });
    // It has said all that it has to say: what it asked in vain keeps nobody waiting.
    setTimeout(() => process.exit(), LINGER_MS).unref();
  } catch (error) {
    // It has said by itself what is wrong, or what was asked for: a help, the version.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    const { failureOf } = await import('./failures.js');
    const { words, exitCode } = failureOf(error);
    tellAside([words]);
    process.exit(exitCode);
  }
}

// Journal, logs, channels and locks hold what only the user who runs Waybell may read.
process.umask(0o077);
void run();
