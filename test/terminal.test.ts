import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { asJson, print, printAside } from '../src/terminal';

const HOSTILE = 'a\u001b[31m \u009b2J \u001b]8;;http://evil.example\u0007 \u202eb\u200b\rc\u2066\n👩‍👧\td';
const HARMLESS = 'a [31m  2J  ]8;;http://evil.example  b c\n👩‍👧\td';

describe('the terminal', () => {
  let lines: unknown[];
  beforeEach(() => {
    lines = [];
    for (const stream of ['log', 'error'] as const)
      jest.spyOn(console, stream).mockImplementation((line) => void lines.push(line));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('obeys nothing that somebody has said', () => {
    print(HOSTILE);
    printAside(HOSTILE);
    expect(lines).toEqual([HARMLESS, HARMLESS]);
  });

  test('gets JSON that says all of it, and is obeyed nowhere', () => {
    print(asJson({ text: HOSTILE }));
    const [json] = lines as [string];
    expect(json).not.toMatch(/(?!\n)\p{Cc}|[\u200b\u202e\u2066]/u);
    expect(JSON.parse(json)).toEqual({ text: HOSTILE });
  });
});
