import { loadConfig } from '../../src/config/config';
import type { Retention } from '../../src/config/retention';
import type { NewsAge } from '../../src/shipment/news-age';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';

const TEN_YEARS_HOURS = 10 * 365 * 24;

/** Scans of tests have the dates of their sources, and are news all the same. */
export const ANY_AGE: NewsAge = {
  zone: 'Asia/Shanghai',
  maxAgeHours: Object.fromEntries([...SHIPMENT_STATUSES, 'other'].map((word) => [word, TEN_YEARS_HOURS])),
};

/** And their texts are kept. */
export const ANY_TEXT: Retention = { ...loadConfig({}).retention, texts: 3650 };
