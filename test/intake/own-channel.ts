import { tokenSha256 } from '../../src/intake/channels/channels';
import type { StoredChannel } from '../../src/intake/channels/file';

export const TOKEN = 'a-token-that-nobody-guesses';
export const SECRET = 'a-secret-of-the-carrier';

/** A channel as the file holds it. */
export function storedChannel(changes: Partial<StoredChannel> = {}): StoredChannel {
  return {
    source: 'easypost',
    name: 'main',
    created: '2026-03-02T10:00:00.000Z',
    tokens: [{ sha256: tokenSha256(TOKEN) }],
    secrets: [{ value: SECRET }],
    unsigned: false,
    toleranceSeconds: 300,
    lockerSigned: 'available_for_pickup',
    ...changes,
  };
}
