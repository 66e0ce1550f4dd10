import { describe, expect, test } from '@jest/globals';
import { addChannel, removeChannel, rotateChannel } from '../../../src/intake/channels/change';
import { createToken, tokenSha256 } from '../../../src/intake/channels/channels';
import { SECRET, storedChannel } from '../own-channel';
import { ownSource } from '../own-source';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const DAY_MS = 24 * 60 * 60_000;
const inDays = (days: number): string => new Date(NOW + days * DAY_MS).toISOString();

const signing = ownSource('easypost');

describe('rotation', () => {
  const rotation = {
    source: signing,
    name: 'main',
    secrets: [],
    token: undefined,
    oldEnds: NOW + 3 * DAY_MS,
  };

  test('adds a secret, and lets those so far expire', () => {
    const [rotated] = rotateChannel([storedChannel()], { ...rotation, secrets: ['next'] }, NOW);
    expect(rotated).toEqual(
      storedChannel({ secrets: [{ value: SECRET, expiresAt: inDays(3) }, { value: 'next' }] }),
    );
  });

  test('adds a token, and lets those so far expire, without a touch to the secrets', () => {
    const [rotated] = rotateChannel([storedChannel()], { ...rotation, token: 'next' }, NOW);
    expect(rotated).toEqual(
      storedChannel({
        tokens: [
          { ...storedChannel().tokens[0], expiresAt: inDays(3) },
          { sha256: tokenSha256('next') },
        ] as never,
      }),
    );
  });

  test('keeps nothing longer than was said before, and drops what has expired', () => {
    const secrets = [
      { value: 'gone', expiresAt: inDays(-1) },
      { value: 'going', expiresAt: inDays(1) },
      { value: 'long', expiresAt: inDays(30) },
    ];
    const [rotated] = rotateChannel([storedChannel({ secrets })], { ...rotation, secrets: ['next'] }, NOW);
    expect(rotated?.secrets).toEqual([
      { value: 'going', expiresAt: inDays(1) },
      { value: 'long', expiresAt: inDays(3) },
      { value: 'next' },
    ]);
  });

  test('that keeps nothing drops the old ones at once', () => {
    const [rotated] = rotateChannel(
      [storedChannel()],
      { ...rotation, secrets: ['next'], token: 'next', oldEnds: NOW },
      NOW,
    );
    expect(rotated?.secrets).toEqual([{ value: 'next' }]);
    expect(rotated?.tokens).toEqual([{ sha256: tokenSha256('next') }]);
  });

  test('with a secret ends that a channel is unsigned', () => {
    const unsigned = storedChannel({ secrets: [], unsigned: true });
    const [rotated] = rotateChannel([unsigned], { ...rotation, secrets: ['next'] }, NOW);
    expect(rotated).toEqual(storedChannel({ secrets: [{ value: 'next' }] }));
  });

  test('is refused with a secret that is valid already', () => {
    const again = (): unknown => rotateChannel([storedChannel()], { ...rotation, secrets: [SECRET] }, NOW);
    expect(again).toThrow('This secret is one of easypost main already: nothing would be rotated.');
  });

  test('and removal touch no other channel', () => {
    const others = [storedChannel({ name: 'second' }), storedChannel({ source: 'shippo' })];
    const channels = [...others, storedChannel()];
    expect(rotateChannel(channels, { ...rotation, secrets: ['next'] }, NOW).slice(0, 2)).toEqual(others);
    expect(removeChannel(channels, 'easypost', 'main')).toEqual(others);
  });
});

test('a channel keeps the hash of its token, never the token', () => {
  const added = { source: signing, name: 'main', token: 'the-token', secrets: [SECRET], unsigned: false };
  const conditions = { toleranceSeconds: 300, lockerSigned: 'available_for_pickup' } as const;
  const channels = addChannel([], { ...added, conditions }, NOW);
  expect(channels).toEqual([storedChannel({ tokens: [{ sha256: tokenSha256('the-token') }] })]);
});

test('a token has 192 bits, fits into a URL as it is, and never comes twice', () => {
  const tokens = Array.from({ length: 1_000 }, createToken);
  expect(tokens.filter((token) => !/^[\w-]{32}$/.test(token))).toEqual([]);
  expect(new Set(tokens).size).toBe(tokens.length);
});
