import { describe, expect, test } from '@jest/globals';
import { pushText, type StoredText } from '../../src/push/text';

const EMPTY: StoredText = { title: null, body: null, content: null, event_text_safe: null };
const FULL: StoredText = { title: 'T', body: 'B', content: 'C', event_text_safe: 'E' };

describe('the content of a push', () => {
  test.each<[string, StoredText, string]>([
    ['body', FULL, 'B'],
    ['content, without a body', { ...FULL, body: null }, 'C'],
    ['title, without a content', { ...FULL, body: '', content: ' ' }, 'T'],
    ['the safe event text, without anything else', { ...EMPTY, event_text_safe: 'E' }, 'E'],
    ['a fixed word, when a row says nothing', EMPTY, '包裹动态 · Parcel news'],
  ])('is the %s', (_, row, content) => {
    expect(pushText(row).content).toBe(content);
  });

  test('skips text that a person would not see', () => {
    expect(pushText({ ...FULL, body: '\u200b\u00a0\n', content: '　' }).content).toBe('T');
  });

  test('is one line without white space around it', () => {
    expect(pushText({ ...FULL, body: '  已到\r\n\t驿站 \u0000' }).content).toBe('已到 驿站');
  });
});

describe('the title of a push', () => {
  test.each<[string, StoredText, string]>([
    ['title', FULL, 'T'],
    ['safe event text, without a title', { ...FULL, title: '  ' }, 'E'],
    ['body, without both', { ...EMPTY, body: 'B' }, 'B'],
    ['fixed word, when a row says nothing', EMPTY, '包裹动态 · Parcel news'],
  ])('is the %s', (_, row, title) => {
    expect(pushText(row).title).toBe(title);
  });
});

test('a long text stays whole: each provider cuts it to what it takes', () => {
  const text = '📦'.repeat(500);
  expect(pushText({ ...FULL, title: text, body: text })).toEqual({ title: text, content: text });
});
