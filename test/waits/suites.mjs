/**
 * What takes most of its minute or two by waiting, as servers that come back, processes that end and clocks that pass
 * do: `npm run test:waits` runs these, and `npm test` does not. Each stands in the room that it proves something of.
 */
export const WAITING_SUITES = [
  'intake/outage',
  'start/roles',
  'workflows/clocks',
  'workflows/unreliable-provider',
];
