import { once } from 'node:events';
import { loadConfig, obsoleteSettings, type Config } from '../config';
import { waitForLeftovers } from '../embedded/leftovers';
import { openLogs } from '../log';
import { bringUp } from './bring-up';
import { lockDataDir } from './data-dir-lock';
import { requireFreePorts, type WantedPort } from './ports';
import { listenToStopRequests, StopRequested } from './stop-requests';
import { createSupervisor } from './supervisor';

/**
 * `waybell start`: brings everything up, and stays until it is asked to stop or a part of it ends.
 * @returns the exit code.
 */
export async function start(): Promise<number> {
  const config = loadConfig();
  const logs = openLogs(config);
  for (const line of obsoleteSettings()) logs.log.warn(line);
  const supervisor = createSupervisor();
  const stopRequest = listenToStopRequests(() => {
    logs.progress('Stopping at once.');
    // The embedded parts notice that their channel closes, and stop by themselves.
    process.exit(1);
  });
  const over = AbortSignal.any([stopRequest, supervisor.crash]);

  let code = 0;
  try {
    if (config.database.kind === 'embedded' || config.temporal.kind === 'embedded') {
      supervisor.add({ name: 'DATA_DIR', stop: await lockDataDir(config.dataDir) });
      await waitForLeftovers(config.dataDir);
    }
    await requireFreePorts(wantedPorts(config));
    logs.progress(await bringUp({ config, logs, supervisor, signal: over }));
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
  return code;
}

function wantedPorts({ host, port, pushPort, database, temporal }: Config): WantedPort[] {
  const embedded = { host: '127.0.0.1' };
  return [
    { setting: 'PORT', port, host },
    { setting: 'PUSH_PORT', port: pushPort, host },
    ...(database.kind === 'embedded' ? [{ setting: 'POSTGRES_PORT', port: database.port, ...embedded }] : []),
    ...(temporal.kind === 'embedded'
      ? [
          { setting: 'TEMPORAL_PORT', port: temporal.port, ...embedded },
          { setting: 'TEMPORAL_UI_PORT', port: temporal.uiPort, ...embedded },
        ]
      : []),
  ];
}
