const { default: Sequencer } = require('@jest/test-sequencer');

/**
 * Suites that take half a minute and more: begun last, one of them holds up the end of the run alone. Where jest has seen a
 * run it knows by itself; a fresh clone has not. Those that work and those that wait take turns.
 */
const LONGEST = [
  'workflows/any-order',
  'sources/growth',
  'database/plans/plans',
  'api/retries',
  'workflows/field-cases',
  'workflows/staff',
  'workflows/attention',
  'api/retry-of-thousand',
  'api/channels-hostile',
].map((name) => require.resolve(`../${name}.test.ts`));

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = (test) => (LONGEST.includes(test.path) ? LONGEST.indexOf(test.path) : LONGEST.length);
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
