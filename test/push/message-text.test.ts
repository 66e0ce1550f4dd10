import { describe, expect, test } from '@jest/globals';
import { pushText, type StoredText } from '../../src/push/text';

const EMPTY: StoredText = { title: null, body: null, content: null };
const FULL: StoredText = { title: 'T', body: 'B', content: 'C' };

describe('the content of a push', () => {
  test.each<[string, StoredText, string]>([
    ['body', FULL, 'B'],
    ['content, without a body', { ...FULL, body: null }, 'C'],
    ['title, without a content', { ...FULL, body: '', content: ' ' }, 'T'],
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
    ['body, without a title', { ...FULL, title: '  ' }, 'B'],
    ['content, without both', { ...EMPTY, content: 'C' }, 'C'],
    ['fixed word, when a row says nothing', EMPTY, '包裹动态 · Parcel news'],
  ])('is the %s', (_, row, title) => {
    expect(pushText(row).title).toBe(title);
  });
});

test('a long text stays whole: each provider cuts it to what it takes', () => {
  const text = '📦'.repeat(500);
  expect(pushText({ ...FULL, title: text, body: text })).toEqual({ title: text, content: text });
});
