import base from '../../jest.config.mjs';

/** Apart from `npm test`: other versions of Node.js are fetched first. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/node/**/*.test.ts'],
  testPathIgnorePatterns: [],
  // The product under test brings its own servers.
  globalSetup: undefined,
  globalTeardown: undefined,
};
