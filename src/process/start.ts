import { once } from 'node:events';
import { loadConfig, obsoleteSettings, type Config } from '../config/config';
import { withDemoVapidKey } from '../embedded/demo-vapid';
import { waitForLeftovers } from '../embedded/leftovers';
import { openLogs } from '../log';
import { bringUp } from './bring-up';
import { lockDataDir } from '../cli/data-dir-lock';
import { requireFreePorts } from './ports';
import { processFiles, type Role } from './locks';
import { listenToStopRequests, StopRequested } from '../cli/stop-requests';
import { createSupervisor } from './supervisor';
import { wantedPorts } from '../cli/wanted-ports';

export interface StartChoice {
  readonly role: Role;
  /** Started by `start --detach`, which waits for the message that we are ready. */
  readonly background: boolean;
}

/**
 * `waybell start`: brings everything up, and stays until it is asked to stop or a part of it ends.
 * @returns the exit code.
 */
export async function start({ role, background }: StartChoice): Promise<number> {
  const config = loadConfig();
  requireSharedParts(config, role);
  // Before the log is opened, which belongs to the process that runs.
  const unlock = await lockDataDir(config.dataDir, role);
  const logs = openLogs(config, { file: processFiles(config.dataDir, role).log, background });
  for (const line of obsoleteSettings()) logs.log.warn(line);
  const supervisor = createSupervisor();
  supervisor.add({ name: 'DATA_DIR', stop: unlock });
  const stopRequest = listenToStopRequests(() => {
    logs.progress('Stopping at once.');
    // The embedded parts notice that their channel closes, and stop by themselves.
    process.exit(1);
  }, background);
  const over = AbortSignal.any([stopRequest, supervisor.crash]);

  let code = 0;
  try {
    await waitForLeftovers(config.dataDir);
    await requireFreePorts(wantedPorts(config, role));
    const settings = await withDemoVapidKey(config);
    const summary = await bringUp({ config: settings, role, background, logs, supervisor, signal: over });
    over.throwIfAborted();
    logs.progress(summary);
    if (background) {
      logs.leaveConsole();
      // Who waited may be gone by now.
      if (process.connected) process.send?.('ready', () => undefined);
    }
    if (!over.aborted) await once(over, 'abort');
    over.throwIfAborted();
  } catch (thrown) {
    const reason: unknown = over.aborted ? over.reason : thrown;
    if (!(reason instanceof StopRequested)) {
      const { message, stack } = reason instanceof Error ? reason : new Error(String(reason));
      logs.log.fatal({ stack }, message);
      code = 1;
    }
  }
  if (over.aborted) logs.progress('Stopping …');
  await supervisor.stopAll((problem) => logs.log.error(problem));
  if (over.aborted) logs.progress('Stopped.');
  await logs.close();
  return code;
}

/** @throws {Error} when one half of Waybell would be alone with parts that live inside the other. */
function requireSharedParts({ database, temporal }: Config, role: Role): void {
  const missing = [
    ...(database.kind === 'embedded' ? ['DATABASE_URL'] : []),
    ...(temporal.kind === 'embedded' ? ['TEMPORAL_ADDRESS'] : []),
  ];
  if (role === 'all' || missing.length === 0) return;
  throw new Error(
    `--only ${role} needs ${missing.join(' and ')}: embedded parts live and end with one process that does everything.`,
  );
}
