import type { Client } from '@temporalio/client';
import { buildIdOf, WORKFLOW_BUNDLE } from '../../temporal/bundle-workflows';
import { DEPLOYMENT, findReleaseRefusal } from '../../temporal/worker-deployment';
import type { Config } from '../config/config';
import { findPollers } from '../deliveries/pollers';

type BuildSettings = Pick<Config, 'workerVersioning' | 'workerBuildId'>;

/** What the workers of this installation call their build, if they do. */
export async function ownBuildId({ workerBuildId }: BuildSettings): Promise<string> {
  return workerBuildId ?? (await buildIdOf(WORKFLOW_BUNDLE));
}

export interface BuildChoice {
  /** `undefined`: the workers are unversioned. */
  readonly own: string | undefined;
  /** Whether this process may make its build the current one. */
  readonly mayRelease: boolean;
}

/** Which build the workers are, and whether they take over by themselves: as it is set, and as the server lets us. */
export async function chooseBuild(
  settings: BuildSettings,
  client: Client,
  report: (line: string) => void,
): Promise<BuildChoice> {
  const { workerVersioning } = settings;
  if (workerVersioning === 'off') return { own: undefined, mayRelease: true };
  const own = await ownBuildId(settings);
  if (workerVersioning === 'manual') return { own, mayRelease: false };
  const refusal = await findReleaseRefusal(client, DEPLOYMENT);
  if (refusal === undefined) return { own, mayRelease: true };
  const { current } = await findPollers(client);
  report(
    `Temporal does not let Waybell say which build of its workers is current (${refusal}): ` +
      (current === undefined
        ? 'they are unversioned, as with WORKER_VERSIONING=off.'
        : `it is ${current} until somebody who may says otherwise.`),
  );
  return { own: current === undefined ? undefined : own, mayRelease: false };
}
