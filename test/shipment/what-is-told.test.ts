import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { currentStatus, type DatedStatus } from '../../src/shipment/current-status';
import {
  decideAnnouncement,
  lastTold,
  NEVER_TOLD,
  type Occurrences,
  type OwnRecord,
} from '../../src/shipment/decide-announcement';
import { MAY_FOLLOW, type Proof } from '../../src/shipment/may-follow';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../../src/shipment/status';
import { PROJECT_ROOT } from '../../src/project-root';
import { ANY_AGE } from '../setup/any-age';

type Scan = readonly [status: ShipmentStatus, hour: number];

const dated = ([status, hour]: Scan): DatedStatus => ({
  time: new Date(Date.UTC(2026, 1, 6, 1) + hour * 3_600_000).toISOString(),
  status,
});

/** What people hear when scans arrive one by one, as the delivery decides it under the lock of the waybill. */
function told(arrivals: readonly Scan[]): ShipmentStatus[] {
  const known = new Map<string, DatedStatus>();
  const heard: ShipmentStatus[] = [];
  const occurrences = new Map<ShipmentStatus, Occurrences>();
  let own: OwnRecord = { told: null, latestAt: null, numberUsedBefore: false };
  for (const scan of arrivals) {
    const isNew = !known.has(String(scan));
    if (isNew) known.set(String(scan), dated(scan));
    const current = currentStatus([...known.values()], ANY_AGE.zone);
    const added = { known: isNew ? 1 : 0, unknown: 0 };
    const before = (current && occurrences.get(current.status)) ?? NEVER_TOLD;
    const announced = decideAnnouncement(added, current, lastTold(own, null), before) === 'announce';
    if (current === null) continue;
    if (announced) {
      heard.push(current.status);
      const latest = [before.latestAt ?? '', current.latestAt].sort().at(-1) ?? null;
      occurrences.set(current.status, { count: before.count + 1, latestAt: latest });
    }
    const latestAt = current.status === 'expired' ? '' : current.latestAt;
    own = {
      ...own,
      told: announced ? current.status : own.told,
      latestAt: [own.latestAt ?? '', latestAt].sort().at(-1) || null,
    };
  }
  return heard;
}

/** The table of the page: its first column is what was told, its head what is scanned then. */
function tableOfPage(): Map<ShipmentStatus, Map<ShipmentStatus, Proof>> {
  const page = readFileSync(path.join(PROJECT_ROOT, 'docs/architecture.md'), 'utf8');
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const lines = page.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| told, then scanned'));
  const columns = cells(lines[head] ?? '').slice(1) as ShipmentStatus[];
  const rows = lines.slice(head + 2, head + 2 + SHIPMENT_STATUSES.length).map(cells);
  return new Map(
    rows.map(([row, ...proofs]) => [
      row as ShipmentStatus,
      new Map(columns.map((column, i) => [column, proofs[i] as Proof])),
    ]),
  );
}

describe('the table of the page about statuses', () => {
  const table = tableOfPage();

  test('is the one that the code follows', () => {
    const page = Object.fromEntries([...table].map(([row, cells]) => [row, Object.fromEntries(cells)]));
    expect(page).toEqual(MAY_FOLLOW);
  });

  test.each([...table].flatMap(([first, row]) => [...row].map(([next, proof]) => ({ first, next, proof }))))(
    '$first, then $next: $proof',
    ({ first, next, proof }) => {
      const sequence: Scan[] = [
        [first, 1],
        [next, 2],
      ];
      const isTold = proof === 'yes' || proof === 'later';
      expect(told(sequence)).toEqual(isTold ? [first, next] : [first]);
      if (first === next || [first, next].includes('expired')) return;
      // However they arrive, the same status is the last that is told.
      expect(told([...sequence].reverse()).at(-1)).toBe(isTold ? next : first);
    },
  );

  test.each([...table.keys()].filter((status) => status !== 'expired'))(
    '%s is told a second time only once another word stood between',
    (status) => {
      const others = SHIPMENT_STATUSES.filter(
        (other) =>
          other !== 'expired' &&
          MAY_FOLLOW[status][other] !== 'no' &&
          MAY_FOLLOW[other][status] !== 'no' &&
          other !== status,
      );
      expect(
        told([
          [status, 1],
          [status, 2],
        ]),
      ).toEqual([status]);
      for (const other of others) {
        const scans: Scan[] = [
          [status, 1],
          [other, 2],
          [status, 3],
        ];
        expect(told(scans)).toEqual([status, other, status]);
        // The word between comes late: people have heard the newest already.
        expect(told([scans[0], scans[2], scans[1]] as Scan[])).toEqual([status]);
      }
    },
  );
});

describe('people hear of', () => {
  test.each<[string, Scan[], ShipmentStatus[]]>([
    [
      'a return that is called off',
      [
        ['out_for_delivery', 0],
        ['returning', 1],
        ['out_for_delivery', 2],
        ['delivered', 3],
      ],
      ['out_for_delivery', 'returning', 'out_for_delivery', 'delivered'],
    ],
    [
      'a delivery by mistake',
      [
        ['delivered', 0],
        ['out_for_delivery', 1],
        ['delivered', 2],
      ],
      ['delivered', 'out_for_delivery', 'delivered'],
    ],
    [
      'what is collected after all',
      [
        ['available_for_pickup', 0],
        ['returning', 1],
        ['delivered', 2],
      ],
      ['available_for_pickup', 'returning', 'delivered'],
    ],
    [
      'a second day with the courier',
      [
        ['out_for_delivery', 0],
        ['in_transit', 10],
        ['out_for_delivery', 24],
        ['delivered', 28],
      ],
      ['out_for_delivery', 'out_for_delivery', 'delivered'],
    ],
    [
      'a scan that was made before a word about silence and came after it',
      [
        ['in_transit', 0],
        ['expired', 90],
        ['out_for_delivery', 20],
      ],
      ['in_transit', 'expired', 'out_for_delivery'],
    ],
    [
      'silence that comes again, dated before the one that a scan made void',
      [
        ['in_transit', 0],
        ['expired', 90],
        ['out_for_delivery', 20],
        ['expired', 80],
      ],
      ['in_transit', 'expired', 'out_for_delivery', 'expired'],
    ],
  ])('%s', (_sentence, scans, expected) => {
    expect(told(scans)).toEqual(expected);
  });

  test('no parcel again that has arrived, by what comes late', () => {
    const late: Scan[] = [
      ['in_transit', 4],
      ['customs', 5],
      ['exception', 6],
      ['failed_attempt', 7],
      ['expired', 8],
    ];
    expect(told([['delivered', 3], ...late])).toEqual(['delivered']);
  });

  test('nothing of the same parcel twice on one day with the courier', () => {
    expect(
      told([
        ['out_for_delivery', 0],
        ['in_transit', 2],
        ['out_for_delivery', 4],
      ]),
    ).toEqual(['out_for_delivery']);
  });
});

const statuses = SHIPMENT_STATUSES.filter((status) => status !== 'expired');
const arrivals = (among: readonly ShipmentStatus[]): fc.Arbitrary<Scan[]> =>
  fc.array(fc.tuple(fc.constantFrom(...among), fc.integer({ min: 0, max: 60 })), { maxLength: 12 });
const shuffled = (scans: readonly Scan[]): fc.Arbitrary<Scan[]> =>
  fc.shuffledSubarray([...scans], { minLength: scans.length });

test('“delivered” is told exactly once, in any order of arrival, where nothing is sent back', () => {
  const before = statuses.filter((status) => !['returning', 'returned', 'delivered'].includes(status));
  const after = statuses.filter((status) => MAY_FOLLOW.delivered[status] === 'no' || status === 'delivered');
  const life = fc
    .tuple(arrivals(before), arrivals(after))
    .map(([first, then]): Scan[] => [
      ...first,
      ['delivered', 61],
      ...then.map(([status, hour]): Scan => [status, hour + 62]),
    ])
    .chain(shuffled);
  fc.assert(
    fc.property(life, (scans) => {
      const heard = told(scans);
      expect(heard.filter((status) => status === 'delivered')).toHaveLength(1);
      expect(heard.at(-1)).toBe('delivered');
    }),
    { numRuns: 4_000 },
  );
});

test('whatever the scans and their order, the status that stands was told, and none more often than it was scanned', () => {
  fc.assert(
    fc.property(
      arrivals(statuses).chain((scans) => fc.tuple(shuffled(scans), shuffled(scans))),
      ([one, other]) => {
        const last = currentStatus(one.map(dated), ANY_AGE.zone)?.status;
        for (const order of [one, other]) {
          if (last === undefined) expect(told(order)).toEqual([]);
          else expect(told(order)).toContain(last);
        }
        // What is told again brings nothing.
        expect(told([...one, ...other])).toEqual(told(one));
        // A status is told at most as often as it was entered.
        for (const status of statuses) {
          const times = told(one).filter((word) => word === status).length;
          expect(times).toBeLessThanOrEqual(one.filter(([word]) => word === status).length);
        }
      },
    ),
    { numRuns: 1_500 },
  );
});
