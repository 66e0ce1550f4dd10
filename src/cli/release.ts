import type { Command } from 'commander';
import { isClosedToUs } from '../../temporal/prepare-namespace';
import { DEPLOYMENT, makeCurrent } from '../../temporal/worker-deployment';
import { loadConfig } from '../config/config';
import { findPollers, workersOf } from '../deliveries/pollers';
import { ownBuildId } from '../process/choose-build';
import { openTemporal } from '../process/open-temporal';
import { asJson, print } from '../terminal';
import { UsageError } from './exit-codes';
import { command } from './summaries';

interface ReleaseOptions {
  readonly unversioned?: true;
  readonly json?: true;
}

/** `waybell release`: says which build of the workers is given the deliveries, those under way too. */
export function releaseCommand(): Command {
  return command('release')
    .argument('[build]', 'as "waybell doctor" names it; that of this release when absent')
    .option(
      '--unversioned',
      'let workers take them that have no build: those of releases before there were any',
    )
    .option('--json', 'for programs')
    .action(async (build: string | undefined, { unversioned, json }: ReleaseOptions) => {
      if (build !== undefined && unversioned)
        throw new UsageError('Name a build, or --unversioned: not both.');
      const config = loadConfig();
      const wanted = unversioned ? undefined : (build ?? (await ownBuildId(config)));
      const { client, close } = await openTemporal(config);
      try {
        const { current, workers } = await findPollers(client);
        const polls = workers.some((worker) => worker.build === wanted);
        // Nobody would take the deliveries, not even those who do now.
        if (wanted !== undefined && !polls) {
          throw new Error(`No worker of build ${wanted} polls: start one first.`);
        }
        await makeCurrent(client, { deploymentName: DEPLOYMENT, buildId: wanted }).catch((error: unknown) => {
          if (!isClosedToUs(error)) throw error;
          throw new Error(`Temporal does not let you say which build is current: ${String(error)}`);
        });
        if (json) return print(asJson({ build: wanted ?? null, before: current ?? null, polls }));
        print(`Deliveries go to ${workersOf(wanted)} from now on; before: ${workersOf(current)}.`);
        if (!polls) print('None of them polls yet: deliveries wait until one does.');
      } finally {
        await close();
      }
    });
}
