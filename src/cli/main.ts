#!/usr/bin/env node
import { Command } from 'commander';
import { SettingsError } from '../config';
import { migrateCommand } from './migrate';
import { sendCommand } from './send';
import { start } from './start';

const waybell = new Command('waybell')
  .description('Carrier webhooks become pushes on the phones of buyer and merchant, durably')
  .addCommand(migrateCommand())
  .addCommand(sendCommand());

waybell
  .command('start')
  .description('bring everything up; what no setting names is embedded')
  .action(async () => {
    process.exit(await start());
  });

waybell.parseAsync().catch((error: unknown) => {
  // A wrong setting is the reader's to mend, not ours to debug: no stack.
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
});
