import { readFileSync } from 'node:fs';

export const DATABASE_KINDS = ['embedded', 'seed'] as const;
/** The product's own database, or a shop's as the old system leaves it, migrated. */
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** What one test run shares: made by global-setup, read by every suite. */
export interface RunInfo {
  /** Of a maintenance database, as superuser. */
  readonly postgresUrl: string;
  /** The migrated databases that suites copy. */
  readonly templates: Readonly<Record<DatabaseKind, string>>;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly workflowBundle: string;
}

/** Names the file with the RunInfo; inherited by the test processes. */
export const RUN_INFO_VARIABLE = 'WAYBELL_TEST_RUN';

export function runInfo(): RunInfo {
  const file = process.env[RUN_INFO_VARIABLE];
  if (file === undefined)
    throw new Error('the suite was not started by jest with test/setup/global-setup.ts');
  return JSON.parse(readFileSync(file, 'utf8')) as RunInfo;
}
