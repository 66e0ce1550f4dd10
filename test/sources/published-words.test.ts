import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { messageText } from '../../src/shipment/message-text';
import { LANGUAGES } from '../../src/shipment/phrases';
import { SOURCES } from '../../src/sources/registry';
import type { PublishedWords } from './published/published';

/** Ours are its words, so nobody else publishes them. */
const WITHOUT_LIST = ['own-system', 'standard-webhooks'];

/** What is refused, called off, wrongly addressed or out of reach: the courier does not come again by himself. */
const NO_SECOND_ATTEMPT = /refus|reject|cancel|\baddress\b|拒|取消|销单|撤|地址|电话错误|超区/i;

async function publishedBy(source: string): Promise<PublishedWords> {
  const file = path.join(__dirname, 'published', `${source}.ts`);
  if (!existsSync(file)) throw new Error(`no test/sources/published/${source}.ts that exports published`);
  return ((await import(`./published/${source}`)) as { published: PublishedWords }).published;
}

const listed = SOURCES.filter(({ name }) => !WITHOUT_LIST.includes(name));

describe.each(listed.map((source) => [source.name, source] as const))(
  'the published list of %s',
  (name, source) => {
    const known = (word: string): boolean => Object.hasOwn(source.statusTable, word);

    test('says where it comes from', async () => {
      const { origin, words } = await publishedBy(name);
      expect(origin.length).toBeGreaterThan(0);
      expect(Object.keys(words).length).toBeGreaterThan(10);
    });

    test('has no word that is not mapped, or known and silent', async () => {
      const { words, besideStatus = [] } = await publishedBy(name);
      expect(Object.keys(words).filter((word) => !known(word))).toEqual([]);
      expect(besideStatus.filter(known)).toEqual([]);
    });

    test('promises no second attempt for what is refused, called off or wrongly addressed', async () => {
      const { words } = await publishedBy(name);
      const refused = Object.entries(words).filter(([, meaning]) => NO_SECOND_ATTEMPT.test(meaning));
      expect(refused.filter(([word]) => source.statusTable[word] === 'failed_attempt')).toEqual([]);
    });
  },
);

test('a failed attempt, too, promises nothing that no sender has promised', () => {
  for (const language of LANGUAGES) {
    const { body } = messageText(language, 'failed_attempt', 'user', 'YT0000000001');
    expect(body).not.toMatch(/再次|重新|again/);
  }
});
