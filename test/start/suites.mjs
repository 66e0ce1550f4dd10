/**
 * What runs Waybell as its users do, in processes of its own, and stands in the room that it proves something of. A
 * process costs a second of a processor before it does anything: `npm run test:start` runs these together with all of
 * `test/start`, and `npm test` does not.
 */
export const STARTING_SUITES = [
  'cli/channels',
  'cli/replay',
  'intake/crash',
  'migration/command',
  'privacy/where-it-stands',
  'workflows/near-killed-servers',
];
