import { describe, expect, test } from '@jest/globals';
import { byApp } from '../../src/push/by-app';
import type { PushAnswer, PushProvider } from '../../src/push/provider';
import { sampleMessage } from './sample-message';

const TAKEN: PushAnswer = { class: 'accepted', reason: 'ok', words: 'taken', definite: true };
const REFUSED: PushAnswer = {
  class: 'fail',
  reason: 'provider_config',
  words: 'wrong secret',
  definite: true,
  hold: 'credential',
};

/** A provider that answers the same to everything, and notes whom it was asked about. */
function answering(answer: PushAnswer): PushProvider & { readonly cids: string[] } {
  const cids: string[] = [];
  return {
    name: 'getui',
    cids,
    send: ({ cid }) => Promise.resolve((cids.push(cid), answer)),
    checkCredentials: () => Promise.resolve(answer),
  };
}

describe('two apps with accounts of their own at one provider', () => {
  const signal = AbortSignal.timeout(60_000);
  const push = (provider: PushProvider, appid: string, cid: string) =>
    provider.send({ ...sampleMessage, appid, cid }, signal);

  test('are pushed to with their own, and every other app with the first', async () => {
    const [first, staff] = [answering(TAKEN), answering(TAKEN)];
    const provider = byApp(first, new Map([['staff', staff]]));
    for (const appid of ['default', 'staff', 'toString']) await push(provider, appid, `cid of ${appid}`);
    expect([first.cids, staff.cids]).toEqual([['cid of default', 'cid of toString'], ['cid of staff']]);
  });

  test('do not hold each other: where the second is refused, its pushes fail, and the provider goes on', async () => {
    const provider = byApp(answering(TAKEN), new Map([['staff', answering(REFUSED)]]));
    const answer = await push(provider, 'staff', 'c');
    expect(answer).toMatchObject({ class: 'fail', words: 'wrong secret' });
    expect(answer).not.toHaveProperty('hold');
    expect(await provider.checkCredentials?.(signal)).toMatchObject({
      class: 'fail',
      words: 'staff: wrong secret',
    });
    const held = byApp(answering(REFUSED), new Map([['staff', answering(TAKEN)]]));
    expect(await push(held, 'default', 'c')).toEqual(REFUSED);
  });
});
