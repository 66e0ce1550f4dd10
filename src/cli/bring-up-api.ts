import { createApp } from '../api/app';
import type { ProcessDependencies } from '../api/dependencies';
import { openChannels } from '../intake/channels/channels';
import { openIntake } from '../intake/intake';
import { createDemo } from '../embedded/demo';
import type { BringUp } from '../process/bring-up';
import { listen } from '../process/http-server';

/** Opens the journal and takes requests: from here on no webhook is lost, whatever is down behind it. */
export async function bringUpApi(
  { config, logs: { log }, supervisor }: BringUp,
  shared: ProcessDependencies,
): Promise<void> {
  const intake = await openIntake({ ...config, temporal: shared.temporal, pool: shared.pool, log });
  supervisor.add({ name: 'The journal', stop: () => intake.close() });
  const channels = openChannels(config.channelsFile, (problem) => log.error(problem));
  const demo = config.cloudFunctionUrl === undefined ? createDemo(config) : undefined;
  const app = createApp({ ...shared, intake, channels, demo });
  for (const port of [config.port, config.pushPort]) supervisor.add(await listen(app, port, config.host));
}
