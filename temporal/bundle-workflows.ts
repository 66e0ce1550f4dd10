import { bundleWorkflowCode } from '@temporalio/worker';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../src/project-root';

/** The compiled workflows, and the one file that every worker loads. */
export const WORKFLOWS_ENTRY = path.join(PROJECT_ROOT, 'dist/src/workflows/index.js');
export const WORKFLOW_BUNDLE = path.join(PROJECT_ROOT, 'dist/workflow-bundle.js');

/** Packs workflow code into one file: workers start without webpack, and all of them run the same code. */
export async function bundleWorkflows(workflowsPath: string, targetFile: string): Promise<void> {
  const silent = (): void => undefined;
  const logger = {
    log: silent,
    trace: silent,
    debug: silent,
    info: silent,
    warn: console.warn,
    error: console.error,
  };
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await mkdir(path.dirname(targetFile), { recursive: true });
  await writeFile(targetFile, code);
}

if (require.main === module) {
  bundleWorkflows(process.argv[2] ?? WORKFLOWS_ENTRY, process.argv[3] ?? WORKFLOW_BUNDLE).catch(
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
