import base from '../../jest.config.mjs';

/** Apart from `npm test`: the proxy is compiled first, which needs Go. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/encryption/**/*.test.ts'],
  testPathIgnorePatterns: [],
};
