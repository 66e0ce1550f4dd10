import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { RETENTION_DAYS } from '../../temporal/prepare-namespace';

const WEBHOOKS_PER_PARCEL = 6;
const DAYS_PER_MONTH = 30;
const MONTHS_PER_YEAR = 12;

const page = readFileSync(path.join(__dirname, '../../docs/costs.md'), 'utf8');

/** The cells behind the first one of the row that begins with `what`. */
function cellsOf(what: string, table = page): string[] {
  const row = table.split('\n').find((line) => line.startsWith(`| ${what} |`)) ?? '';
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

const [oneWebhook = '', inUse = ''] = page
  .split(/^\| what (?=\| one webhook|stays in use)/m)
  .slice(1)
  .map((table) => table.split('\n\n')[0] ?? '');
const ofOne = (what: string): number => Number.parseFloat(cellsOf(what, oneWebhook)[0] ?? '');

const room = (kilobytes: number): string => {
  const megabytes = kilobytes / 1_024;
  return megabytes < 1_000 ? `${megabytes.toFixed(0)} MB` : `${(megabytes / 1_024).toFixed(1)} GB`;
};
const time = (ms: number): string => {
  const minutes = ms / 60_000;
  return minutes < 100 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
};
/** What each of the two shops of the page would see. */
const ofBoth = (figure: (webhooks: number) => string): string[] =>
  [1_000, 100_000].map((parcels) => figure(parcels * WEBHOOKS_PER_PARCEL));

describe('docs/costs.md', () => {
  const { retention } = loadConfig({});
  const kept = {
    'history at Temporal': RETENTION_DAYS,
    'scan, decision, pushes and the rest': retention.deliveries,
    'the webhook in the archive': retention.webhooks,
  };
  const kilobytes = (what: keyof typeof kept, webhooks: number): number =>
    (webhooks * ofOne(what) * kept[what]) / DAYS_PER_MONTH;

  test.each(Object.keys(kept) as (keyof typeof kept)[])('keeps %s as long as the defaults do', (what) => {
    expect(cellsOf(what, oneWebhook)[1]).toContain(`${kept[what]} days`);
    expect(cellsOf(what, inUse)).toEqual(ofBoth((webhooks) => room(kilobytes(what, webhooks))));
  });

  test('adds up what one webhook takes', () => {
    expect(cellsOf('processor time in a month')).toEqual(
      ofBoth((webhooks) => time(webhooks * ofOne('processor time'))),
    );
    expect(cellsOf('messages of the app, more each year')).toEqual(
      ofBoth((webhooks) => room(webhooks * MONTHS_PER_YEAR * ofOne('the messages, one for each person'))),
    );
    const all = Object.keys(kept) as (keyof typeof kept)[];
    expect(cellsOf('disk that stays in use')).toEqual(
      ofBoth((webhooks) => room(all.reduce((sum, what) => sum + kilobytes(what, webhooks), 0))),
    );
  });
});
