import type { Command } from 'commander';
import { isClosedToUs } from '../../temporal/prepare-namespace';
import { DEPLOYMENT, makeCurrent } from '../../temporal/worker-deployment';
import { loadConfig } from '../config/config';
import { findPollers, workersOf } from '../deliveries/pollers';
import { ownBuildId } from '../process/choose-build';
import { openTemporal } from '../process/open-temporal';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';
import { asJson, print, tell } from '../terminal';
import { UsageError } from './exit-codes';
import { say } from './language';
import { jsonOption } from './checked-option';
import { command } from './summaries';

interface ReleaseOptions {
  readonly unversioned?: true;
  readonly json?: true;
}

/** `waybell release`: says which build of the workers is given the deliveries, those under way too. */
export function releaseCommand(): Command {
  return command('release')
    .argument(
      '[build]',
      say({
        en: 'as "waybell doctor" names it; that of this release when absent',
        zh: 'waybell doctor 显示的构建；不写则为本版本的',
      }),
    )
    .option(
      '--unversioned',
      say({
        en: 'let workers take them that have no build: those of releases before there were any',
        zh: '让没有构建号的 worker 接手：早期版本的 worker',
      }),
    )
    .addOption(jsonOption())
    .action(async (build: string | undefined, { unversioned, json }: ReleaseOptions) => {
      if (build !== undefined && unversioned)
        throw new UsageError(
          say({
            en: 'Name a build, or --unversioned: not both.',
            zh: '请指名构建，或用 --unversioned：不能两者都用。',
          }),
        );
      const config = loadConfig();
      const wanted = unversioned ? undefined : (build ?? (await ownBuildId(config)));
      const { client, close } = await openTemporal(config);
      try {
        const { current, workers } = await findPollers(client);
        const polls = workers.some((worker) => worker.build === wanted);
        // Nobody would take the deliveries, not even those who do now.
        if (wanted !== undefined && !polls) {
          throw new SpokenError({
            en: `No worker of build ${wanted} polls: start one first.`,
            zh: `没有构建 ${wanted} 的 worker 在接手：请先启动一个。`,
          });
        }
        await makeCurrent(client, { deploymentName: DEPLOYMENT, buildId: wanted }).catch((error: unknown) => {
          if (!isClosedToUs(error)) throw error;
          throw new SpokenError({
            en: `Temporal does not let you say which build is current: ${String(error)}`,
            zh: `Temporal 不允许指定当前构建：${String(error)}`,
          });
        });
        if (json) return print(asJson({ build: wanted ?? null, before: current ?? null, polls }));
        const now = {
          en: `Deliveries go to ${workersOf(wanted).en} from now on; before: ${workersOf(current).en}.`,
          zh: `投递今后交给${workersOf(wanted).zh}；之前：${workersOf(current).zh}。`,
        };
        tell([say(now), ...(polls ? [] : [say(NONE_POLLS)])]);
      } finally {
        await close();
      }
    });
}

const NONE_POLLS: Explanation = {
  en: 'None of them polls yet: deliveries wait until one does.',
  zh: '它们都还没有在接手：投递会等到有一个接手为止。',
};
