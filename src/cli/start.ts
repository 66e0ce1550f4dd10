import { Option, type Command } from 'commander';
import { loadDataDir } from '../config/config';
import { ROLES, type Role } from '../process/locks';
import { stop } from '../process/stop';
import { command } from './summaries';

interface StartOptions {
  readonly only?: Role;
  readonly detach?: true;
  readonly inBackground?: boolean;
}

const only = (what: string): Option =>
  new Option('--only <role>', what).choices(ROLES.filter((role) => role !== 'all'));

/** `waybell start`: brings everything up. */
export function startCommand(): Command {
  return command('start')
    .addOption(only('only take requests, or only deliver; needs DATABASE_URL and TEMPORAL_ADDRESS'))
    .option('--detach', 'stay in the background; returns when everything is up')
    .addOption(new Option('--in-background').hideHelp())
    .action(async ({ only: role = 'all', detach, inBackground = false }: StartOptions) => {
      const { start, startInBackground } = await import('../process/start.js');
      process.exit(await (detach ? startInBackground(role) : start({ role, background: inBackground })));
    });
}

/** `waybell stop`: ends what runs in DATA_DIR. */
export function stopCommand(): Command {
  return command('stop')
    .addOption(only('only the process that was started so'))
    .action(async ({ only: role }: { only?: Role }) => {
      process.exit(await stop(loadDataDir(), role && [role]));
    });
}
