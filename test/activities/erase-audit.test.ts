import { describe, expect, test } from '@jest/globals';
import { namesAny } from '../../src/activities/erase-audit';

const names = (...said: string[]): ReadonlySet<string> => new Set(said);

describe('an entry of the audit', () => {
  test('names whom its subject or a text of what was asked names', () => {
    expect(namesAny({ subject: 'yto/YT42', asked: '{}' }, names('YT42'))).toBe(true);
    expect(namesAny({ subject: '', asked: '{"user":"u-7"}' }, names('u-7'))).toBe(true);
    expect(namesAny({ subject: '', asked: '{"ids":["delivery/sf/sf/SF1/ab","x"]}' }, names('SF1'))).toBe(
      true,
    );
    expect(namesAny({ subject: '', asked: '{"reason":"customer u-7 asks' }, names('u-7'))).toBe(true);
  });

  test('names nobody by a count, by the name of a field, or by nothing', () => {
    expect(namesAny({ subject: '', asked: '{"limit":42}' }, names('42'))).toBe(false);
    expect(namesAny({ subject: '', asked: '{"a":1,"user":"x"}' }, names('user'))).toBe(false);
    expect(namesAny({ subject: '', asked: '{}' }, names(''))).toBe(false);
  });
});
