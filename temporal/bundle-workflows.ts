import { bundleWorkflowCode } from '@temporalio/worker';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
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

const SOURCE_MAP = '\n//# sourceMappingURL=';

/**
 * What workers that load this file call their build: other workflow code has another name, the same code the same one
 * on every machine. The source map is left out, since it holds the paths of one.
 */
export async function buildIdOf(bundleFile: string): Promise<string> {
  const [code, packageJson] = await Promise.all([
    readFile(bundleFile, 'utf8'),
    readFile(path.join(PROJECT_ROOT, 'package.json'), 'utf8'),
  ]);
  const sourceMapAt = code.lastIndexOf(SOURCE_MAP);
  const hash = createHash('sha256').update(sourceMapAt === -1 ? code : code.slice(0, sourceMapAt));
  const { version } = JSON.parse(packageJson) as { readonly version: string };
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}

if (require.main === module) {
  bundleWorkflows(process.argv[2] ?? WORKFLOWS_ENTRY, process.argv[3] ?? WORKFLOW_BUNDLE).catch(
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
