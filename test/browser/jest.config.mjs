import base from '../../jest.config.mjs';

/** Apart from `npm test`, which needs nothing but Node.js: a browser belongs to the machine, not to node_modules. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
  testPathIgnorePatterns: [],
  // The product under test brings its own servers.
  globalSetup: '<rootDir>/test/browser/require-chromium.ts',
  globalTeardown: undefined,
};
