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
  // What we threw ourselves is a sentence for the reader; anything else is a defect, and its stack helps.
  const sentence = error instanceof SettingsError || (error instanceof Error && error.constructor === Error);
  console.error(sentence ? error.message : error);
  process.exit(1);
});
