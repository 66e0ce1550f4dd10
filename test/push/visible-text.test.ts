import { expect, test } from '@jest/globals';
import { cutText } from '../../src/push/text';

test.each([
  ['of the very length', '12345', '12345'],
  ['that is longer', '123456', '1234…'],
  ['with a space at the cut', '123 56', '123…'],
  ['of emoji', '📦📦📦📦📦📦', '📦📦📦📦…'],
  ['of rare characters', '𠮷𠮷𠮷𠮷𠮷𠮷', '𠮷𠮷𠮷𠮷…'],
  ['with a family at the cut', '12👨‍👩‍👧6', '12…'],
  ['with a flag at the cut', '123🇨🇳6', '123…'],
  ['with an accent at the cut', '123e\u0301\u030256', '123…'],
  ['with a tone of skin at the cut', '123👍🏽6', '123…'],
  ['with a line break of two at the cut', '123\r\n6', '123…'],
  ['of one endless character', `a${'\u0301'.repeat(9)}`, `a${'\u0301'.repeat(3)}…`],
  ['with half a surrogate pair', '\ud83d23456', '\ud83d234…'],
])('a text %s is cut between two characters', (_, text, cut) => {
  expect(cutText(text, 5)).toBe(cut);
  expect([...cutText(text, 5)].length).toBeLessThanOrEqual(5);
});
