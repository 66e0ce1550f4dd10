import base from '../../jest.config.mjs';

/** Apart from `npm test`, which needs nothing but Node.js: Schemathesis is written in Python. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/fuzz/**/*.test.ts'],
  testPathIgnorePatterns: [],
  // The product under test brings its own servers.
  globalSetup: '<rootDir>/test/fuzz/require-schemathesis.ts',
  globalTeardown: undefined,
};
