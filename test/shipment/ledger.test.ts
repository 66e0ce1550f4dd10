import { describe, expect, test } from '@jest/globals';
import {
  type AudienceState,
  bookAudience,
  gapsOf,
  sumAudiences,
  sumUpdates,
} from '../../src/shipment/ledger';

const NOTHING = { waiting: 0, notHandedOver: 0, repeated: 0 };

describe('the updates of a ledger', () => {
  test('are each booked once, and what was said again is a duplicate', () => {
    const sums = sumUpdates({
      heard: [
        { verdict: 'announce', before: false, updates: 3, mentions: 5 },
        { verdict: 'announce', before: true, updates: 2, mentions: 4 },
        { verdict: 'nothing-new', before: false, updates: 1, mentions: 1 },
        { verdict: 'unknown-status', before: false, updates: 1, mentions: 1 },
        { verdict: 'stale', before: false, updates: 1, mentions: 2 },
      ],
      elsewhere: [{ verdict: 'announce', updates: 7 }],
      unwritten: { waiting: 2, notHandedOver: 1, repeated: 3 },
      lost: 0,
    });
    expect(sums).toEqual({
      accepted: 26,
      duplicate: 11,
      stale: 2,
      decided: 10,
      waiting: 2,
      notHandedOver: 1,
    });
    expect(gapsOf(sums, sumAudiences(0, [])).updates).toBe(0);
  });

  test('leave a gap as large as what was lost', () => {
    const sums = sumUpdates({ heard: [], elsewhere: [], unwritten: NOTHING, lost: 2 });
    expect(gapsOf(sums, sumAudiences(0, [])).updates).toBe(2);
  });
});

const UNTOLD: AudienceState = {
  state: 'closed',
  outcome: 'no-targets',
  reason: 'no-order',
  sendStatus: null,
  otherTold: false,
  accepted: false,
  failure: null,
  withheld: null,
  attention: null,
};

describe('an audience of a ledger', () => {
  test.each<[Partial<AudienceState>, string, string]>([
    [{ sendStatus: 'success', accepted: true }, 'notified', 'success'],
    [{ sendStatus: 'partial', accepted: true, state: 'open' }, 'notified', 'partial'],
    [{ sendStatus: 'superseded' }, 'suppressed', 'superseded'],
    [{ sendStatus: 'no-targets' }, 'suppressed', 'no-device'],
    [{ sendStatus: 'failed', failure: 'bad_payload' }, 'failed', 'bad_payload'],
    [{ sendStatus: 'sending', reason: 'cancelled' }, 'failed', 'cancelled'],
    [{ sendStatus: 'failed', state: 'open', attention: 'push-failed' }, 'waiting', 'push-failed'],
    [{ sendStatus: 'no-targets', state: 'open', attention: 'no-targets' }, 'waiting', 'no-targets'],
    [{ sendStatus: 'sending', state: 'open' }, 'waiting', 'under-way'],
    [{ state: 'open', attention: 'order-not-found' }, 'waiting', 'order-not-found'],
    [{ otherTold: true, outcome: 'success' }, 'suppressed', 'not-named'],
    [{ otherTold: true, state: 'open', withheld: 'order-cancelled' }, 'suppressed', 'order-cancelled'],
    [{ sendStatus: 'superseded', failure: 'order-refunded' }, 'suppressed', 'order-refunded'],
    [{ sendStatus: 'no-targets', state: 'open', failure: 'without-push' }, 'suppressed', 'without-push'],
    [{}, 'suppressed', 'no-order'],
    [{ reason: 'nobody-named' }, 'suppressed', 'not-named'],
    [{ outcome: 'superseded' }, 'suppressed', 'superseded'],
    [{ outcome: 'failed', reason: 'cancelled' }, 'failed', 'cancelled'],
  ])('with %j is %s: %s', (state, term, reason) => {
    expect(bookAudience({ ...UNTOLD, ...state })).toEqual([term, reason]);
  });

  test.each<Partial<AudienceState>>([
    { sendStatus: 'success', accepted: false },
    { sendStatus: null, outcome: 'success' },
  ])('with rows that contradict each other, %j, is a difference', (state) => {
    const contradiction = { ...UNTOLD, ...state };
    expect(bookAudience(contradiction)).toBeNull();
    const sums = sumAudiences(1, [
      { ...contradiction, audiences: 1 },
      { ...UNTOLD, audiences: 1 },
    ]);
    expect(
      gapsOf(sumUpdates({ heard: [], elsewhere: [], unwritten: NOTHING, lost: 0 }), sums).audiences,
    ).toBe(1);
  });
});
