import { describe, expect, test } from '@jest/globals';
import { messageText } from '../../src/shipment/message-text';
import { LANGUAGES, MANNERS } from '../../src/shipment/phrases';
import { SHIPMENT_STATUSES } from '../../src/shipment/status';
import { AUDIENCES } from '../../src/shipment/update';

describe('the text on a lock screen', () => {
  test('fits uni-push for every language, status, audience and manner, and shows only the end of the number', () => {
    for (const language of LANGUAGES) {
      for (const status of [...SHIPMENT_STATUSES, 'signed_for'] as const) {
        for (const audience of AUDIENCES) {
          for (const manner of MANNERS) {
            const { title, body } = messageText(language, status, audience, 'TEST_YT_20260206_0007', manner);
            expect([...title].length).toBeGreaterThan(0);
            expect([...title].length).toBeLessThan(20);
            expect([...body].length).toBeLessThan(50);
            expect(body).toContain('0007');
            expect(body).not.toContain('YT_2026');
            // Whoever was without a network reads it days later.
            expect(`${title} ${body}`).not.toMatch(/today|tomorrow|今天|今日|明天/i);
          }
        }
      }
    }
  });

  test('says what happened and whose parcel it is', () => {
    expect(messageText('zh', 'out_for_delivery', 'user', 'YT0007')).toEqual({
      title: '快递派送中',
      body: '快递员正在派送，请保持电话畅通（尾号0007）',
    });
    expect(messageText('en', 'delivered', 'merchant', 'YT0007').body).toBe(
      'Order: The parcel has arrived (…0007)',
    );
  });
});
