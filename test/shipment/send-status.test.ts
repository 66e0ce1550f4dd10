import { describe, expect, test } from '@jest/globals';
import { judgeAudience, overallStatus, type AudienceFacts } from '../../src/shipment/delivery';

const facts = (change: Partial<AudienceFacts>): AudienceFacts => ({
  audience: 'user',
  accepted: 0,
  failed: 0,
  everHadDevice: true,
  current: true,
  tooOld: false,
  tooLate: 0,
  withoutPush: false,
  membersUnknown: false,
  ...change,
});

describe('a notification', () => {
  test.each<[string, Partial<AudienceFacts>, ReturnType<typeof judgeAudience>]>([
    ['succeeds when every device was accepted', { accepted: 2 }, { sendStatus: 'success', need: null }],
    [
      'needs a retry when a device failed',
      { accepted: 1, failed: 1 },
      { sendStatus: 'partial', need: { kind: 'retry', limit: 'retry' } },
    ],
    [
      'has failed when no device was reached',
      { failed: 1 },
      { sendStatus: 'failed', need: { kind: 'retry', limit: 'retry' } },
    ],
    [
      'waits for no device of somebody who has none by design',
      { withoutPush: true },
      { sendStatus: 'no-targets', need: null, reason: 'without-push' },
    ],
    [
      'reaches the phone of such a person all the same',
      { withoutPush: true, accepted: 1 },
      { sendStatus: 'success', need: null },
    ],
    [
      'waits for the people of its merchant, who could not be found, whatever was told',
      { accepted: 1, failed: 1, membersUnknown: true },
      { sendStatus: 'partial', need: { kind: 'members', limit: 'retry' } },
    ],
    [
      'has failed while those people alone are to be told',
      { membersUnknown: true },
      { sendStatus: 'failed', need: { kind: 'members', limit: 'retry' } },
    ],
    [
      'waits for no such people once a newer status is known',
      { accepted: 1, current: false, membersUnknown: true },
      { sendStatus: 'success', need: null },
    ],
    [
      'waits long for a device of somebody who had one',
      {},
      { sendStatus: 'no-targets', need: { kind: 'device', limit: 'device' } },
    ],
    [
      'waits briefly for a first device',
      { everHadDevice: false },
      { sendStatus: 'no-targets', need: { kind: 'device', limit: 'firstDevice' } },
    ],
    [
      'waits for nobody once the news is too old',
      { failed: 1, tooOld: true },
      { sendStatus: 'failed', need: null },
    ],
    [
      'has no target when none turned up before the news was too old',
      { tooOld: true },
      { sendStatus: 'no-targets', need: null },
    ],
    [
      'is superseded when it could only be sent too late',
      { tooOld: true, tooLate: 1 },
      { sendStatus: 'superseded', need: null },
    ],
    [
      'is superseded when nothing was sent before the newer status',
      { current: false },
      { sendStatus: 'superseded', need: null },
    ],
    [
      'needs nothing more once a newer status is known',
      { accepted: 1, failed: 1, current: false },
      { sendStatus: 'partial', need: null },
    ],
    [
      'is superseded when its tries failed before the newer status',
      { failed: 1, current: false },
      { sendStatus: 'superseded', need: null },
    ],
  ])('%s', (_sentence, change, verdict) => {
    expect(judgeAudience(facts(change))).toEqual(verdict);
  });
});

test('a delivery is as far as its notifications', () => {
  expect(overallStatus(['success', 'success'])).toBe('success');
  expect(overallStatus(['success', 'no-targets'])).toBe('partial');
  expect(overallStatus(['failed', 'no-targets'])).toBe('failed');
  expect(overallStatus(['no-targets', 'superseded'])).toBe('no-targets');
  expect(overallStatus([])).toBe('no-targets');
});
