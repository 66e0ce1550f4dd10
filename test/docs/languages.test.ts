import { describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The pages that are kept in English and in Chinese. */
const PAGES = [
  'README.md',
  ...[
    'costs',
    'migrating',
    'mirrors',
    'operating',
    'phones',
    'privacy',
    'production',
    'push',
    'settings',
    'shop',
    'sources',
    'troubles',
  ].map((page) => `docs/${page}.md`),
];

const ROOT = path.join(__dirname, '../..');
const FENCED = /^```.*\n[\s\S]*?^```$/gm;
const INLINE_CODE = /`[^`\n]+`/g;
/** A bare address ends at white space only, so GitHub takes a Chinese comma behind it for a part of it. */
const LINK = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"|(?<![("])(https?:\/\/[^\s<>)]*[^\s<>)?!.,:*_~'"])/g;
const NUMBER = /\d+(?:\.\d+)*/g;

const inChinese = (page: string): string => page.replace(/\.md$/, '.zh-CN.md');
/** Of a page or a picture. */
const inEnglish = (file: string): string => file.replace('.zh-CN.', '.');

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

/** What `pattern` finds, in no order: a sentence may turn round in the other language. */
const found = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).sort();

const linksOf = (text: string): string[] =>
  [...text.matchAll(LINK)].map(([, target, attribute, address]) => target ?? attribute ?? address ?? '');

/** The page without its fenced blocks, from each heading to the next. */
const sectionsOf = (page: string): { heading: string; level: number; text: string; prose: string }[] =>
  read(page)
    .replace(FENCED, '')
    .split(/^(?=#{1,6} )/m)
    .map((text) => {
      const [, marks = '', heading = ''] = /^(#+) (.*)/.exec(text) ?? [];
      return { heading, level: marks.length, text, prose: text.replace(INLINE_CODE, '') };
    });

/** As GitHub makes them. */
const anchorsOf = (page: string): string[] =>
  sectionsOf(page).map(({ heading }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Where a link leads, said alike in both languages: an anchor of a page that has a twin by the heading's place. */
function destination(page: string, link: string): string {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  return anchor !== undefined && PAGES.includes(inEnglish(target))
    ? `${inEnglish(target)}, heading ${anchorsOf(target).indexOf(decodeURI(anchor))}`
    : inEnglish(link);
}

const leadsNowhere = (page: string, link: string): boolean => {
  if (/^https?:/.test(link)) return false;
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(target).includes(decodeURI(anchor));
};

test('no page is in Chinese without being held to its English twin', () => {
  const pages = readdirSync(ROOT).concat(readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`));
  expect(pages.filter((page) => page.endsWith('.zh-CN.md')).map(inEnglish)).toEqual(PAGES);
});

describe.each(PAGES)('%s and its Chinese twin', (english) => {
  const chinese = inChinese(english);
  const inBoth = <T>(
    ofSection: (section: ReturnType<typeof sectionsOf>[number], page: string) => T,
  ): [T[], T[]] => [
    sectionsOf(chinese).map((section) => ofSection(section, chinese)),
    sectionsOf(english).map((section) => ofSection(section, english)),
  ];

  test('begin with a link to each other', () => {
    expect(read(english).split('\n')[2]).toBe(`[简体中文](${path.basename(chinese)})`);
    expect(read(chinese).split('\n')[2]).toBe(`[English](${path.basename(english)})`);
  });

  test('have the same headings, level by level', () => {
    const [inOne, inOther] = inBoth(({ level }) => level);
    expect(inOne).toEqual(inOther);
  });

  test('show the same code blocks', () => {
    expect(read(chinese).match(FENCED)).toEqual(read(english).match(FENCED));
  });

  test('link to the same places from each section', () => {
    const [inOne, inOther] = inBoth(({ prose }, page) =>
      linksOf(prose)
        .map((link) => destination(page, link))
        .sort(),
    );
    expect(inOne).toEqual(inOther);
  });

  test('name the same code and the same numbers in each section', () => {
    const [inOne, inOther] = inBoth(({ text, prose }) => [
      ...new Set(found(text, INLINE_CODE)),
      ...found(prose.replace(LINK, ''), NUMBER),
    ]);
    expect(inOne).toEqual(inOther);
  });

  test('have as many table rows and list items in each section', () => {
    const [inOne, inOther] = inBoth(({ text }) => text.match(/^(\||- |\d+\. )/gm));
    expect(inOne).toEqual(inOther);
  });

  test('stay in the language of the reader', () => {
    const [, ...linksInChinese] = linksOf(read(chinese));
    const [, ...linksInEnglish] = linksOf(read(english));
    const twins = PAGES.map((page) => path.basename(page));
    expect(linksInChinese.filter((link) => twins.includes(path.basename(link)))).toEqual([]);
    expect(linksInEnglish.filter((link) => link.includes('.zh-CN.md'))).toEqual([]);
  });

  test.each([english, chinese])('link to what exists: %s', (page) => {
    const links = sectionsOf(page).flatMap(({ prose }) => linksOf(prose));
    expect(links.filter((link) => leadsNowhere(page, link))).toEqual([]);
  });
});
