import { describe, expect, test } from '@jest/globals';
import { describeProgress } from '../../src/workflows/progress';

const LINK = '[x](http://evil.example)';

describe('the details of a delivery in Temporal’s UI', () => {
  test('say what others have said, and link nowhere', () => {
    const details = describeProgress({
      carrier: 'www.evil.example',
      trackingNo: 'HTTP://EVIL.EXAMPLE',
      step: 'pushing',
      waitsUntil: null,
      decision: null,
      recipients: null,
      round: 2,
      attention: [],
      audiences: [],
      pushes: [
        {
          messageId: 'm',
          deviceId: 'd',
          cidTail: '](a)',
          audience: 'user',
          state: 'failed',
          reason: 'gave_up',
          words: `${LINK} | \`${LINK}\`\n${LINK}`,
        },
      ],
      retry: { operator: LINK, reason: `\u202e${LINK}` },
    });
    expect(details.split('\n')).toEqual([
      '**`www.evil.example HTTP://EVIL.EXAMPLE`**: pushing',
      '',
      `Retry 1 asked by \`${LINK}\`: \`${LINK}\``,
      '',
      '| device | audience | push | reason |',
      '|---|---|---|---|',
      `| …\`](a)\` | user | failed | gave_up: \`${LINK}    ${LINK}  ${LINK}\` |`,
    ]);
  });
});
