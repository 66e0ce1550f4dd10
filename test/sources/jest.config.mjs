import base from '../../jest.config.mjs';

/** Many more inputs for every source than `npm test` has time for. Nothing here needs a server. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/sources/hostile-input.test.ts'],
  globals: { sourceInputs: 100_000 },
  testTimeout: 3_600_000,
  globalSetup: undefined,
  globalTeardown: undefined,
};
