import { expect } from '@jest/globals';
import { LONGEST_PICKUP_CODE, MOST_PICKUP_CODES } from '../../src/shipment/masking/pickup-codes';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { plainText } from '../../src/sources/reading/text';
import type { Flaw, Parsed } from '../../src/sources/source';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';

/** What Temporal takes as the input of a workflow is 256 KB; bytes. */
const MAX_UPDATE_BYTES = 240 * 1024;
/** Rows that are read of one list. */
const MAX_UPDATES = 10_000;
const MAX_FLAWS = 200;
const FLAWS = [
  'body-unreadable',
  'row-unusable',
  'no-scans',
  'time-unusable',
  'status-unknown',
  'scans-cut',
  'not-tracking',
];

const isLine = (text: string, maxLength: number): boolean => plainText(text, maxLength) === text.trim();

/** Fails for anything that PostgreSQL, Temporal or a screen could not take. */
export function expectWellFormed(parsed: Parsed): void {
  // Once: to expect is slower than what is looked at, and this is asked a million times.
  expect(faultsOf(parsed)).toEqual([]);
}

function faultsOf({ updates, flaws, refusal, pickupCodes = new Map() }: Parsed): unknown[] {
  const isFlaw = ({ code, where, message }: Flaw): boolean =>
    FLAWS.includes(code) && isLine(where, 200) && isLine(message, 300);
  return [
    ...updates.map(faultOf).filter((fault) => fault !== undefined),
    ...flaws.filter((flaw) => !isFlaw(flaw)),
    ...[...pickupCodes].filter(([update, { codes }]) => !updates.includes(update) || !areCodes(codes)),
    ...(updates.length > MAX_UPDATES || flaws.length > MAX_FLAWS ? ['too much'] : []),
    ...(refusal && updates.length > 0 ? ['refused, and kept'] : []),
  ];
}

const areCodes = (codes: readonly string[]): boolean =>
  codes.length > 0 &&
  codes.length <= MOST_PICKUP_CODES &&
  codes.every((code) => code !== '' && isLine(code, LONGEST_PICKUP_CODE));

function faultOf(update: ShipmentUpdate): string | undefined {
  const { carrier, trackingNo, events, state = '', formerCarrier } = update;
  if (carrier === '' || carrier !== carrier.toLowerCase() || !isLine(carrier, 64)) return 'carrier';
  if (!/^[A-Z0-9\-_./#+:*&()]{4,64}$/.test(trackingNo) || trackingNo.includes('..')) return 'tracking number';
  if (!isLine(state, 64)) return 'state';
  if (events.length === 0 && formerCarrier === undefined) return 'no scans';
  if (new Set(events.map(({ key }) => key)).size < events.length) return 'one scan twice';
  if (Buffer.byteLength(JSON.stringify(update)) > MAX_UPDATE_BYTES) return 'size';
  if (deliveryWorkflowId(update).split('/').length !== 5) return 'workflow id';
  const bad = events.find(
    ({ key, time, status, rawStatus, text, place = '' }) =>
      !isLine(key, 600) ||
      !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(time) ||
      (status !== null && !SHIPMENT_STATUSES.includes(status)) ||
      // Masking can make a text longer, by some characters for each name.
      ![rawStatus, text, place].every((line) => isLine(line, 2_000)),
  );
  return bad && `scan ${JSON.stringify(bad)}`;
}
