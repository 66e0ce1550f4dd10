#!/usr/bin/env node
import { inspect } from 'node:util';
import { Command, Option } from 'commander';
import { RefusedError, UnreachableError } from '../api/ask';
import { loadConfig, loadDataDir, SettingsError } from '../config/config';
import { attentionCommand } from './attention';
import { auditCommand } from './audit';
import { channelsCommand } from './channels';
import { doctorCommand } from './doctor';
import { forgetJournalCommand, ledgerCommand } from './ledger';
import { importQueueCommand } from './import-queue';
import { keysCommand } from './keys';
import { migrateCommand } from './migrate';
import { providersCommand } from './providers';
import { releaseCommand } from './release';
import { replayCommand } from './replay';
import { retryCommand } from './retry';
import { ROLES, type Role } from '../process/locks';
import { sendCommand } from './send';
import { start, startInBackground } from '../process/start';
import { status } from '../process/status';
import { stop } from '../process/stop';
import { whyCommand } from './why';
import { printAside } from '../terminal';
import { wordsCommand } from './words';

interface StartOptions {
  readonly only?: Role;
  readonly detach?: true;
  readonly inBackground?: boolean;
}

const only = (what: string): Option =>
  new Option('--only <role>', what).choices(ROLES.filter((role) => role !== 'all'));

const waybell = new Command('waybell').description(
  'Carrier webhooks become pushes on the phones of buyer and merchant, durably',
);

waybell
  .command('start')
  .description('bring everything up; what no setting names is embedded')
  .addOption(only('only take requests, or only deliver; needs DATABASE_URL and TEMPORAL_ADDRESS'))
  .option('--detach', 'stay in the background; returns when everything is up')
  .addOption(new Option('--in-background').hideHelp())
  .action(async ({ only: role = 'all', detach, inBackground = false }: StartOptions) => {
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

waybell
  .addCommand(doctorCommand())
  .addCommand(migrateCommand())
  .addCommand(releaseCommand())
  .addCommand(importQueueCommand())
  .addCommand(keysCommand())
  .addCommand(channelsCommand())
  .addCommand(sendCommand())
  .addCommand(replayCommand())
  .addCommand(wordsCommand())
  .addCommand(providersCommand())
  .addCommand(whyCommand())
  .addCommand(attentionCommand())
  .addCommand(retryCommand())
  .addCommand(ledgerCommand())
  .addCommand(auditCommand())
  .addCommand(forgetJournalCommand());

// Journal, logs, channels and locks hold what only the user who runs Waybell may read.
process.umask(0o077);
waybell.parseAsync().catch((error: unknown) => {
  // What we threw ourselves is a sentence for the reader; anything else is a defect, and its stack helps.
  const sentence =
    error instanceof SettingsError ||
    error instanceof UnreachableError ||
    error instanceof RefusedError ||
    (error instanceof Error && error.constructor === Error);
  printAside(sentence ? error.message : inspect(error));
  process.exit(1);
});
