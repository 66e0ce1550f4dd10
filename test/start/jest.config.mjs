import base from '../../jest.config.mjs';
import { STARTING_SUITES } from './suites.mjs';

/** Apart from `npm test`, which is to take some minutes and no more. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['start/**/*', ...STARTING_SUITES].map((suite) => `<rootDir>/test/${suite}.test.ts`),
  testPathIgnorePatterns: [],
};
