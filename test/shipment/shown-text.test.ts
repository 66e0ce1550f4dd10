import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { escapeInvisible, inMarkdown, withoutInvisible } from '../../src/shipment/shown-text';

/** Letters, and what stands between them unseen. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('a', '1', '张', '👩', '❤', '🏽', 'ک', 'ن', 'क', '्', '\u0301', '©', ' ', '\n'),
      fc.constantFrom(
        '\u200b',
        '\u200c',
        '\u200d',
        '\ufe0f',
        '\u20e3',
        '\u202e',
        '\u2066',
        '\u00ad',
        '\u061c',
      ),
      fc.constantFrom(
        '\u001b',
        '\u009b',
        '\u009d',
        '\u0007',
        '\u0000',
        '\u2028',
        '\ufeff',
        '\u3164',
        '\ud83d',
      ),
      fc.constantFrom(
        '\u{e0041}',
        '\u034f',
        '\u180e',
        '\ufff9',
        '\u0600',
        '[',
        '](',
        '`',
        '|',
        '://',
        '@',
        '.',
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const JOINERS_AND_SELECTOR = /\u200c|\u200d|\ufe0f/g;

describe('text without what is not seen', () => {
  test.each([
    ['a terminal’s escape', 'red \u001b[31mtext', 'red  [31mtext'],
    ['an escape of one byte', '\u009b31mred', ' 31mred'],
    ['the title of a window', '\u001b]0;owned\u0007', ' ]0;owned '],
    ['a link of a terminal', '\u001b]8;;http://evil.example\u001b\\x', ' ]8;;http://evil.example \\x'],
    ['a line that is overwritten', 'good\rbad', 'good bad'],
    ['a line turned around', 'to \u202eecila\u202c', 'to ecila'],
    ['an isolate', '\u2066a\u2069', 'a'],
    ['zero width in a word', 'yt\u200bo\u2060\ufeff', 'yto'],
    ['a joiner between Latin letters', 'y\u200dt\u200co', 'yto'],
    ['a soft hyphen and a filler', 'y\u00adto\u3164', 'yto'],
    ['tags', 'yto\u{e0079}\u{e0074}', 'yto'],
    ['half a character', 'yto\ud83d', 'yto'],
    ['a line of Unicode’s own', 'a\u2028b', 'a b'],
  ])('loses %s', (_, said, shown) => {
    expect(withoutInvisible(said)).toBe(shown);
  });

  test.each([
    ['a family', '👩‍👩‍👧'],
    ['a heart on fire', '❤️‍🔥'],
    ['a profession with a tone of skin', '👩🏽‍🚀'],
    ['a key', '1️⃣'],
    ['Persian', 'می‌خواهم'],
    ['Hindi', 'क्‍ष'],
    ['lines and tabs', 'a\n\tb'],
    ['Chinese', '快件已由【丰巢】代收，请及时取件。'],
  ])('keeps %s', (_, said) => {
    expect(withoutInvisible(said)).toBe(said);
  });

  test('is the same when it is cleaned again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = withoutInvisible(text);
        expect(withoutInvisible(once)).toBe(once);
      }),
    );
  });

  test('has nothing that obeys, turns or hides, and all letters in their order', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = withoutInvisible(text);
        const bare = shown.replace(JOINERS_AND_SELECTOR, '');
        expect(bare).not.toMatch(
          /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u,
        );
        const letters = (said: string): string =>
          said.replace(/[^\p{L}\p{N}]|\p{Default_Ignorable_Code_Point}/gu, '');
        expect(letters(shown)).toBe(letters(text));
      }),
    );
  });

  test('is JSON with escapes that says the same', () => {
    fc.assert(
      fc.property(fc.array(anyText), (texts) => {
        const escaped = escapeInvisible(JSON.stringify(texts, null, 2));
        expect(JSON.parse(escaped)).toEqual(texts);
        expect(withoutInvisible(escaped)).toBe(escaped);
      }),
    );
  });
});

describe('text in Markdown', () => {
  test.each([
    ['yto YT1234', 'yto YT1234'],
    ['圆通速递 TEST_YT_1', '圆通速递 TEST_YT_1'],
    ['[click](http://evil.example)', '`[click](http://evil.example)`'],
    ['HTTP://EVIL.EXAMPLE/X', '`HTTP://EVIL.EXAMPLE/X`'],
    ['www.evil.example', '`www.evil.example`'],
    ['me@evil.example', '`me@evil.example`'],
    ['<img src=x>', '`<img src=x>`'],
    ['`` ` [a](b) ` ``', '`[a](b)`'],
    ['a | b', '`a   b`'],
    ['**bold**', '`**bold**`'],
    ['_leans_', '`_leans_`'],
    ['one\n\n# two', '`one # two`'],
    ['\u202ea', 'a'],
    ['', ''],
  ])('shows %s as it is', (said, shown) => {
    expect(inMarkdown(said)).toBe(shown);
  });

  test('is one line, plain or code, out of which nothing leads', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = inMarkdown(text);
        expect(shown).not.toMatch(/[\n\t|]/);
        const code = /^`([^`]*)`$/.exec(shown);
        if (code === null) expect(shown).not.toMatch(/[^\P{ASCII}A-Za-z0-9 ',_-]/u);
      }),
    );
  });
});
