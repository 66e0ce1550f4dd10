/**
 * What takes most of its half minute or more by waiting, as servers that come back, processes that end and clocks that pass
 * do: `npm run test:waits` runs these, and `npm test` does not. Each stands in the room that it proves something of.
 */
export const WAITING_SUITES = [
  'api/several-processes',
  'database/silent-server',
  'intake/outage',
  'process/http-server',
  'workflows/bulk-retry',
  'workflows/clocks',
  'workflows/near-hanging',
  'workflows/near-window',
  'workflows/silent-database',
  'workflows/troubled-provider',
  'workflows/unreliable-provider',
];
