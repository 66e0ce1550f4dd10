import { describe, expect, test } from '@jest/globals';
import { readEventTime } from '../../../src/sources/reading/times';

const NOW = Date.UTC(2026, 2, 2, 12);

describe('the time of an event', () => {
  test.each([
    ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02T10:00:00.123456Z', '2026-03-02T10:00:00.123Z'],
    ['2026-03-02T10:00:00+08:00', '2026-03-02T02:00:00.000Z'],
    ['2026-03-02T10:00:00-0530', '2026-03-02T15:30:00.000Z'],
    ['2026-03-02 10:00:00+08', '2026-03-02T02:00:00.000Z'],
    [' 2026-03-02T10:00Z ', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02T10:00:00', '2026-03-02T02:00:00.000Z'],
    ['2026-03-02 10:00:00', '2026-03-02T02:00:00.000Z'],
    ['2026-03-02 10:00:00.5', '2026-03-02T02:00:00.500Z'],
    ['2026/03/02 10:00:00', '2026-03-02T02:00:00.000Z'],
    ['2024-02-29 00:00:00', '2024-02-28T16:00:00.000Z'],
  ])('%s is read as %s', (text, time) => {
    expect(readEventTime(text, NOW)).toEqual({ time });
  });

  test.each([
    ['2026-02-30 10:00:00', 'is not a date and time that exists'],
    ['2025-02-29 10:00:00', 'is not a date and time that exists'],
    ['2026-13-01 10:00:00', 'is not a date and time that exists'],
    ['2026-03-02 25:00:00', 'is not a date and time that exists'],
    ['2026-03-02 10:61:00', 'is not a date and time that exists'],
    ['1999-12-31T23:59:59Z', 'lies before the year 2000'],
    ['0000-00-00 00:00:00', 'is not a date and time that exists'],
    ['2026-03-03T12:00:01Z', 'lies more than 24 hours ahead'],
    ['2036-03-02 10:00:00', 'lies more than 24 hours ahead'],
    ['2026-03-02T10:00:00+99:99', 'has an offset that no place has'],
    ['2026-03-02T10:00:00+14:01', 'has an offset that no place has'],
    ['2026-03-02T10:00:00-15', 'has an offset that no place has'],
    ['2026-03-02T10:00:00+0860', 'has an offset that no place has'],
    ['', expect.stringContaining('ISO 8601')],
    ['10:00', expect.stringContaining('ISO 8601')],
    ['2026-03-02', expect.stringContaining('ISO 8601')],
    ['2026-W10-1', expect.stringContaining('ISO 8601')],
    ['2026-03/02 10:00:00', expect.stringContaining('ISO 8601')],
    ['1772445600', expect.stringContaining('ISO 8601')],
    ['Mon, 02 Mar 2026 10:00:00 GMT', expect.stringContaining('ISO 8601')],
    ['now', expect.stringContaining('ISO 8601')],
  ])('%s is refused: %s', (text, problem) => {
    expect(readEventTime(text, NOW)).toEqual({ problem });
  });

  test('may lie up to a day ahead', () => {
    expect(readEventTime('2026-03-03T12:00:00Z', NOW)).toEqual({ time: '2026-03-03T12:00:00.000Z' });
  });
});
