import type { NewsAge } from '../../src/shipment/news-age';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';

const TEN_YEARS_HOURS = 10 * 365 * 24;

/** Scans of tests have the dates of their sources, and are news all the same. */
export const ANY_AGE: NewsAge = {
  zone: 'Asia/Shanghai',
  maxAgeHours: Object.fromEntries([...SHIPMENT_STATUSES, 'other'].map((word) => [word, TEN_YEARS_HOURS])),
};
