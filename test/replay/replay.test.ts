import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { PROJECT_ROOT } from '../../src/project-root';
import { runInfo } from '../setup/run-info';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const FOLDER = path.join(PROJECT_ROOT, 'test/histories');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

describe('the workflow code of today', () => {
  test('is held to recorded histories', () => {
    expect(files.length).toBeGreaterThanOrEqual(15);
  });

  test.each(files)('replays %s', async (file) => {
    const history: unknown = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
    const workflowBundle = { codePath: runInfo().workflowBundle };
    await expect(Worker.runReplayHistory({ workflowBundle }, history, file)).resolves.toBeUndefined();
  });
});
