import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { isClosedToUs } from './prepare-namespace';

const { WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING, WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED } =
  temporal.api.enums.v1.WorkerDeploymentVersionStatus;

/** What Temporal calls the workers of deliveries and of pushes together: they change builds at one moment. */
export const DEPLOYMENT = 'waybell';

/** https://grpc.io/docs/guides/status-codes/ */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/** What the server knows of a build that has polled. */
export interface KnownBuild {
  /** Where its workers were seen. */
  readonly taskQueues: readonly string[];
  /** It was current once, and another build took its place. */
  readonly replaced: boolean;
}

/** @returns `undefined` as long as no worker of the build was noticed, which takes up to a second */
export async function findBuild(
  { workflowService, options: { namespace } }: Client,
  deploymentVersion: WorkerDeploymentVersion,
): Promise<KnownBuild | undefined> {
  const answer = await unlessUnknown(
    workflowService.describeWorkerDeploymentVersion({ namespace, deploymentVersion }),
  );
  if (answer === undefined) return undefined;
  const { taskQueueInfos, status } = answer.workerDeploymentVersionInfo ?? {};
  return {
    taskQueues: (taskQueueInfos ?? []).map(({ name }) => name ?? ''),
    replaced:
      status === WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING ||
      status === WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED,
  };
}

/**
 * Makes Temporal give the tasks of all our queues to workers of this build, those of open workflows too.
 * @param buildId `undefined`: to unversioned workers
 */
export async function makeCurrent(
  { workflowService, options: { namespace, identity } }: Client,
  { deploymentName, buildId }: { readonly deploymentName: string; readonly buildId: string | undefined },
): Promise<void> {
  const asked = workflowService.setWorkerDeploymentCurrentVersion({
    ...{ namespace, deploymentName, identity, buildId: buildId ?? '' },
    // A provider that is switched off by its settings has no queue any more.
    ignoreMissingTaskQueues: true,
  });
  // No build was ever current.
  if (buildId === undefined) await unlessUnknown(asked);
  else await asked;
}

/**
 * Whether the server lets us say which build is current: asked by saying what is so already, since reading is also
 * allowed where versions are switched off (`system.enableDeploymentVersions`).
 * @returns the words of the refusal; `undefined` when there is none
 */
export async function findReleaseRefusal(
  { workflowService, options: { namespace, identity } }: Client,
  deploymentName: string,
): Promise<string | undefined> {
  try {
    const known = await unlessUnknown(
      workflowService.describeWorkerDeployment({ namespace, deploymentName }),
    );
    const current = known?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion;
    await workflowService.setWorkerDeploymentCurrentVersion({
      ...{ namespace, deploymentName, identity, buildId: current?.buildId ?? '' },
      // Void when somebody else has spoken meanwhile.
      conflictToken: known?.conflictToken,
      ignoreMissingTaskQueues: true,
    });
  } catch (error) {
    if (isClosedToUs(error)) return error instanceof Error ? error.message : String(error);
    // Understood, and not possible just now.
    if (isGrpcServiceError(error)) return undefined;
    throw error;
  }
  return undefined;
}

async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGrpcServiceError(error) && [NOT_FOUND, FAILED_PRECONDITION].includes(error.code)) return undefined;
    throw error;
  }
}
