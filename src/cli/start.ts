import { Option, type Command } from 'commander';
import { loadDataDir } from '../config/config';
import { ROLES, type Role } from '../process/locks';
import { stop } from '../process/stop';
import { say } from './language';
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
    .addOption(
      only(
        say({
          en: 'only take requests, or only deliver; needs DATABASE_URL and TEMPORAL_ADDRESS',
          zh: '只接收请求，或只投递；需要 DATABASE_URL 和 TEMPORAL_ADDRESS',
        }),
      ),
    )
    .option(
      '--detach',
      say({
        en: 'stay in the background; returns when everything is up',
        zh: '留在后台运行；全部启动后返回',
      }),
    )
    .addOption(new Option('--in-background').hideHelp())
    .action(async ({ only: role = 'all', detach, inBackground = false }: StartOptions) => {
      const { start, startInBackground } = await import('../process/start.js');
      process.exit(await (detach ? startInBackground(role) : start({ role, background: inBackground })));
    });
}

/** `waybell stop`: ends what runs in DATA_DIR. */
export function stopCommand(): Command {
  return command('stop')
    .addOption(only(say({ en: 'only the process that was started so', zh: '只停止这样启动的进程' })))
    .action(async ({ only: role }: { only?: Role }) => {
      process.exit(await stop(loadDataDir(), role && [role]));
    });
}
