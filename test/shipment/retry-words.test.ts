import { describe, expect, test } from '@jest/globals';
import { retryWords, retryWordsOf } from '../../src/shipment/retry-words';

describe('what is said of a retry', () => {
  test.each([
    retryWords('begun'),
    retryWords('restarted'),
    retryWords('wouldAsk', 'push-failed, members-unknown'),
    retryWords('wouldRestart'),
    retryWords('busy', 'storing the scans'),
    retryWords('busy', 'pushing to 3 devices, more follow'),
    retryWords('noneOfThese'),
    retryWords('tooOld', '2026-02-13T02:11:00.000Z'),
    retryWords('announcedNothing', 'stale'),
    retryWords('newerStatus', 'out_for_delivery'),
    retryWords('allAccepted'),
    retryWords('justStarted'),
    retryWords('forgotten'),
    retryWords('noWorker'),
  ])('is known again by its English words: $en', (said) => {
    expect(retryWordsOf(said.en)).toEqual(said);
  });

  test('is Chinese in Chinese, with what is filled in', () => {
    expect(retryWords('wouldAsk', 'push-failed, members-unknown').zh).toBe(
      '该投递正在等待（推送失败、商家成员未知），将再次尝试',
    );
    expect(retryWords('busy', 'pushing to 3 devices, more follow').zh).toBe(
      '无需重试：该投递正在自行进行：推送到 3 部手机',
    );
  });

  test('stays as others have said it', () => {
    expect(retryWordsOf('failed 3 times: connect ECONNREFUSED (a.b)')).toEqual({
      en: 'failed 3 times: connect ECONNREFUSED (a.b)',
      zh: '失败 3 次：connect ECONNREFUSED (a.b)',
    });
    expect(retryWordsOf('a sentence {of} $1 nobody knows')).toEqual({
      en: 'a sentence {of} $1 nobody knows',
      zh: 'a sentence {of} $1 nobody knows',
    });
  });
});
