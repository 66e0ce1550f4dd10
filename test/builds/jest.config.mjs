import base from '../../jest.config.mjs';

/** Apart from `npm test`: the release before is compiled first, and Temporal takes its time to forget who was killed. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/builds/**/*.test.ts'],
  testPathIgnorePatterns: [],
};
