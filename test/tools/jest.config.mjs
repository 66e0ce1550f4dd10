import base from '../../jest.config.mjs';

/** Apart from `npm test`, which needs nothing but Node.js: these belong to the system, not to node_modules. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/tools/**/*.test.ts'],
  testPathIgnorePatterns: [],
  globalSetup: '<rootDir>/test/tools/require-tools.ts',
};
