import { expect } from '@jest/globals';
import { currentStatus } from '../../src/shipment/current-status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { kuaidi100 } from '../../src/sources/kuaidi100';
import type { Parsed } from '../../src/sources/source';
import { CONDITIONS, formRequest, readPayload } from './requests';
import { ANY_AGE } from '../setup/any-age';

export const NODE = { time: '2026-03-02 07:40:55', context: '派件中', statusCode: '5' };

export const parse = (param: unknown, conditions = CONDITIONS): Parsed =>
  kuaidi100.parse(formRequest({ param: JSON.stringify(param) }), conditions);
export const leg = (change: object = {}): object => ({
  com: 'yuantong',
  nu: 'YT0000000000001',
  state: '0',
  data: [NODE],
  ...change,
});
export const push = (change: object = {}, lastResult: object = {}): object => ({
  status: 'polling',
  message: '',
  autoCheck: '0',
  comOld: '',
  comNew: '',
  lastResult: leg(lastResult),
  ...change,
});

export function read(param: unknown, conditions = CONDITIONS): ShipmentUpdate {
  const { updates } = parse(param, conditions);
  expect(updates).toHaveLength(1);
  return updates[0] as ShipmentUpdate;
}
export const readFile = (file: string): Parsed => kuaidi100.parse(readPayload(file), CONDITIONS);
export const statusOf = (events: ShipmentUpdate['events']): string | undefined =>
  currentStatus(events, ANY_AGE.zone)?.status;
