#!/usr/bin/env node
import { inspect } from 'node:util';
import { Command, Option } from 'commander';
import { RefusedError, UnreachableError } from '../api/ask';
import { loadConfig, loadDataDir, SettingsError } from '../config/config';
import { type EnvFile, takeEnvFile } from '../config/env-file';
import { ROLES, type Role } from '../process/locks';
import { takeSettingsOfRunning } from '../process/settings-of-running';
import { status } from '../process/status';
import { stop } from '../process/stop';
import { printAside } from '../terminal';

interface StartOptions {
  readonly only?: Role;
  readonly detach?: true;
  readonly inBackground?: boolean;
}

const only = (what: string): Option =>
  new Option('--only <role>', what).choices(ROLES.filter((role) => role !== 'all'));

/**
 * To load all of Waybell takes a second of a processor, and most commands need a quarter of it: only the one that is
 * asked for is loaded, and all where they are listed.
 */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['doctor', async () => (await import('./doctor.js')).doctorCommand()],
  ['migrate', async () => (await import('./migrate.js')).migrateCommand()],
  ['release', async () => (await import('./release.js')).releaseCommand()],
  ['import-queue', async () => (await import('./import-queue.js')).importQueueCommand()],
  ['import-history', async () => (await import('./import-history.js')).importHistoryCommand()],
  ['compare', async () => (await import('./compare.js')).compareCommand()],
  ['keys', async () => (await import('./keys.js')).keysCommand()],
  ['channels', async () => (await import('./channels.js')).channelsCommand()],
  ['send', async () => (await import('./send.js')).sendCommand()],
  ['replay', async () => (await import('./replay.js')).replayCommand()],
  ['words', async () => (await import('./words.js')).wordsCommand()],
  ['receivers', async () => (await import('./receivers.js')).receiversCommand()],
  ['providers', async () => (await import('./providers.js')).providersCommand()],
  ['push-test', async () => (await import('./push-test.js')).pushTestCommand()],
  ['why', async () => (await import('./why.js')).whyCommand()],
  ['alarms', async () => (await import('./alarms.js')).alarmsCommand()],
  ['attention', async () => (await import('./attention.js')).attentionCommand()],
  ['retry', async () => (await import('./retry.js')).retryCommand()],
  ['link', async () => (await import('./link.js')).linkCommand()],
  ['erase', async () => (await import('./erase.js')).eraseCommand()],
  ['ledger', async () => (await import('./ledger.js')).ledgerCommand()],
  ['audit', async () => (await import('./audit.js')).auditCommand()],
  ['forget-journal', async () => (await import('./ledger.js')).forgetJournalCommand()],
]);

const waybell = new Command('waybell').description(
  'Carrier webhooks become pushes on the phones of buyer and merchant, durably',
);

let envFile: EnvFile | undefined;

/** What the environment does not say, `.env` may; and what neither does, the Waybell that runs in DATA_DIR. */
async function completeSettings(command: string): Promise<void> {
  const found = takeEnvFile();
  if (found !== undefined && found.taken.length > 0) envFile = found;
  if (command === 'start') return;
  try {
    for (const line of await takeSettingsOfRunning(loadDataDir())) printAside(line);
  } catch (error) {
    // Each command says by itself what is wrong with its settings.
    if (!(error instanceof SettingsError)) throw error;
  }
}

waybell.hook('preAction', (_, command) => completeSettings(command.name()));

waybell
  .command('start')
  .description('bring everything up; what no setting names is embedded')
  .addOption(only('only take requests, or only deliver; needs DATABASE_URL and TEMPORAL_ADDRESS'))
  .option('--detach', 'stay in the background; returns when everything is up')
  .addOption(new Option('--in-background').hideHelp())
  .action(async ({ only: role = 'all', detach, inBackground = false }: StartOptions) => {
    if (envFile !== undefined) printAside(`Settings from ${envFile.file}: ${envFile.taken.join(', ')}`);
    const { start, startInBackground } = await import('../process/start.js');
    process.exit(await (detach ? startInBackground(role) : start({ role, background: inBackground })));
  });

waybell
  .command('stop')
  .description('stop what runs in DATA_DIR, and wait until it has ended')
  .addOption(only('only the process that was started so'))
  .action(async ({ only: role }: { only?: Role }) => {
    process.exit(await stop(loadDataDir(), role && [role]));
  });

waybell
  .command('status')
  .description('what runs in DATA_DIR, and how each part does; exit code 0 ready, 1 not ready, 3 not running')
  .action(async () => {
    process.exit(await status(loadConfig()));
  });

async function run(): Promise<void> {
  const [, , asked = ''] = process.argv;
  const load = COMMANDS.get(asked);
  const isHere = waybell.commands.some((command) => command.name() === asked);
  const loads = load ? [load] : isHere ? [] : COMMANDS.values();
  for (const one of loads) waybell.addCommand(await one());
  await waybell.parseAsync();
}

// Journal, logs, channels and locks hold what only the user who runs Waybell may read.
process.umask(0o077);
run().catch((error: unknown) => {
  // What we threw ourselves is a sentence for the reader; anything else is a defect, and its stack helps.
  const sentence =
    error instanceof SettingsError ||
    error instanceof UnreachableError ||
    error instanceof RefusedError ||
    (error instanceof Error && error.constructor === Error);
  printAside(sentence ? error.message : inspect(error));
  process.exit(1);
});
