/**
 * Finds the scan that the state of a whole waybill belongs to: the newest, in whatever order the history comes.
 * @param times as they are written, all by one sender
 * @param promised the order in which the sender says it writes; decides between scans of one second
 * @returns its index; -1 when there is no scan
 */
export function newestScan(times: readonly string[], promised: 'newest-first' | 'oldest-first'): number {
  const written = times.map((time) => time.trim().replaceAll('/', '-'));
  const [first = '', last = ''] = [written.at(0), written.at(-1)];
  const order = first === last ? promised : first > last ? 'newest-first' : 'oldest-first';
  const newest = written.reduce((a, b) => (a > b ? a : b), '');
  return order === 'newest-first' ? written.indexOf(newest) : written.lastIndexOf(newest);
}
