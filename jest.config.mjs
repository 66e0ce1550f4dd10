import { STARTING_SUITES } from './test/start/suites.mjs';
import { WAITING_SUITES } from './test/waits/suites.mjs';

/** Packages that are written as ES modules only; everything else in node_modules is loaded as it is. */
const ES_MODULES = ['node-pg-migrate', 'glob', 'jiti', 'jose', '@seriousme/openapi-schema-validator'];

/** What has a command of its own: a folder of suites, or one. */
const APART = [
  ...['browser', 'builds', 'encryption', 'fuzz', 'node', 'start', 'tools'].map((folder) => `${folder}/`),
  ...[...STARTING_SUITES, ...WAITING_SUITES].map((suite) => `${suite}.test.ts`),
];

/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: APART.map((path) => `<rootDir>/test/${path}`),
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.[cm]?[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`],
  globalSetup: '<rootDir>/test/setup/global-setup.ts',
  globalTeardown: '<rootDir>/test/setup/global-teardown.ts',
  testSequencer: '<rootDir>/test/setup/longest-first.cjs',
  testEnvironment: '<rootDir>/test/setup/leaks.ts',
  reporters: ['default', '<rootDir>/test/setup/plain-summary.cjs'],
  // Real servers on a small machine: generous, so that load makes tests slow and never red.
  testTimeout: 180_000,
  // Twice the cores of a small machine: a suite waits for its servers most of the time.
  maxWorkers: 4,
  workerIdleMemoryLimit: '1GB',
};
