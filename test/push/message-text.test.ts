import { describe, expect, test } from '@jest/globals';
import { CONTENT_LENGTH, TITLE_LENGTH, pushText, type StoredText } from '../../src/push/message-text';

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

describe('a long text', () => {
  test('of the allowed length stays whole', () => {
    const title = '签'.repeat(TITLE_LENGTH);
    expect(pushText({ ...FULL, title }).title).toBe(title);
  });

  test('is cut by code point, so that rare characters and emoji stay whole', () => {
    const { title, content } = pushText({ ...FULL, title: '𠮷'.repeat(40), body: '📦'.repeat(99) });
    expect(title).toBe(`${'𠮷'.repeat(TITLE_LENGTH - 1)}…`);
    expect(content).toBe(`${'📦'.repeat(CONTENT_LENGTH - 1)}…`);
  });

  test('has no space before its ellipsis', () => {
    expect(pushText({ ...FULL, title: `${'a'.repeat(TITLE_LENGTH - 2)} bcd` }).title).toBe(
      `${'a'.repeat(TITLE_LENGTH - 2)}…`,
    );
  });

  test('leaves uni-push room: under 20 and under 50 characters', () => {
    expect([TITLE_LENGTH, CONTENT_LENGTH]).toEqual([19, 49]);
  });
});
