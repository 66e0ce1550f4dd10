import { asItIs, type Explanation } from './explanation';
import { maskText } from './masking/mask-text';

/** What a shop may say of a parcel and its order beside whose they are. All of it is optional: `SHOP_TABLES` maps it. */

/** Whether a parcel goes to the buyer, or from the buyer back to the merchant; not whether its carrier returns it. */
export const DIRECTIONS = ['outbound', 'return'] as const;
/** `closed`: done and settled. An order that was called off is `cancelled`, however the shop names that. */
export const ORDER_STATUSES = ['open', 'cancelled', 'refunded', 'closed'] as const;
/** What must not be left to others: what only the patient may get, and what must stay cold. */
export const ORDER_KINDS = ['ordinary', 'prescription', 'cold'] as const;
/** Whether the buyer of the order has an app that takes pushes. */
export const BUYER_PUSHES = ['with', 'without'] as const;

/** Our words for the facts that are words. */
export const FACT_WORDS = {
  direction: DIRECTIONS,
  orderStatus: ORDER_STATUSES,
  orderKind: ORDER_KINDS,
  buyerPush: BUYER_PUSHES,
} as const;

type WordFact = keyof typeof FACT_WORDS;
type TimeFact = 'promisedAt' | 'shippedAt';
export type FactName = WordFact | TimeFact | 'phoneTail';

/** What decides who is told what. Absent: no column says it; `null`: one does, and nothing that is understood. */
export type TellingFacts = { readonly [Fact in WordFact]?: (typeof FACT_WORDS)[Fact][number] | null };

/** The two tables that hold facts. */
export type FactPart = 'waybills' | 'orders';

/** Where a fact stands in the shop's tables. */
export interface MappedFact {
  readonly fact: FactName;
  /** Its place in `SHOP_TABLES`. */
  readonly setting: `${FactPart}.${string}`;
  readonly column: string;
  /** The shop's words, as `spelled` writes them, and what they mean; `null`: nothing. */
  readonly words: Readonly<Record<string, string | null>>;
}

/** A value that says nothing to us. */
export interface UnreadFact {
  readonly setting: string;
  readonly column: string;
  /** What stands there; `null` where it is no word, or must not be shown. Blank: nothing stands there. */
  readonly word: string | null;
  /** What would be understood. */
  readonly wanted: Explanation;
  /** The column is not there, or not lent to this role. */
  readonly isMissing?: true;
}

/** One spelling for each word: NFKC turns full-width characters into plain ones; case, and what nobody sees, say nothing. */
export function spelled(word: string): string {
  return word
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .toLowerCase();
}

/** The mapped columns of the two rows, as JSON has their values. A column that is not there is absent. */
export type FactRow = Readonly<Record<FactPart, Readonly<Record<string, unknown>> | null>>;

export const partOf = ({ setting }: MappedFact): FactPart =>
  setting.startsWith('orders.') ? 'orders' : 'waybills';

/** Reads what the shop's rows say about who is told what. What is not understood is not known, and is named beside it. */
export function readTellingFacts(
  row: FactRow,
  mapped: readonly MappedFact[],
): { readonly facts: TellingFacts; readonly unread: readonly UnreadFact[] } {
  const facts: Partial<Record<WordFact, string | null>> = {};
  const unread: UnreadFact[] = [];
  for (const of of mapped) {
    if (!isWordFact(of.fact)) continue;
    const value = valueOf(row, of);
    const wanted = FACT_WORDS[of.fact];
    const read = value === undefined ? missing(wanted) : readWord(of.words, wanted, value);
    facts[of.fact] = typeof read === 'string' ? read : null;
    if (read !== null && typeof read !== 'string') unread.push(unreadOf(of, read));
  }
  return { facts: facts as TellingFacts, unread };
}

/** Everything that two rows say and nobody understands: words, times and phones. Columns that are not there say nothing. */
export function findUnread(row: FactRow, mapped: readonly MappedFact[]): UnreadFact[] {
  return mapped.flatMap((of) => {
    const value = valueOf(row, of);
    if (value === undefined) return [];
    const read = isWordFact(of.fact)
      ? readWord(of.words, FACT_WORDS[of.fact], value)
      : of.fact === 'phoneTail'
        ? notAPhone(value)
        : notATime(value);
    return read === null || typeof read === 'string' ? [] : [unreadOf(of, read)];
  });
}

/** What a column holds; `undefined`: it is not there, or not lent to this role. */
function valueOf(row: FactRow, of: MappedFact): unknown {
  const values = row[partOf(of)];
  return values !== null && Object.hasOwn(values, of.column) ? values[of.column] : undefined;
}

const isWordFact = (fact: FactName): fact is WordFact => Object.hasOwn(FACT_WORDS, fact);
const unreadOf = ({ setting, column }: MappedFact, not: NotRead): UnreadFact => ({ setting, column, ...not });

type NotRead = Pick<UnreadFact, 'word' | 'wanted' | 'isMissing'>;

const missing = (ours: readonly string[]): NotRead => ({
  word: null,
  wanted: asItIs(ours.join(', ')),
  isMissing: true,
});

/** Longest word that is shown to people; characters. */
const SHOWN = 64;

/** @returns one of our words; `null` where the word says nothing */
function readWord(
  words: MappedFact['words'],
  ours: readonly string[],
  value: unknown,
): string | null | NotRead {
  const wanted = asItIs(ours.join(', '));
  const word = textOf(value);
  if (word === null) return { word, wanted };
  const spelling = spelled(word);
  // The shop's own map goes first: it may give our words another meaning.
  if (Object.hasOwn(words, spelling)) return words[spelling] ?? null;
  return (
    ours.find((one) => one === spelling) ?? {
      // A column that was taken for another may hold a person's name.
      word: maskText(word, '').slice(0, SHOWN),
      wanted,
    }
  );
}

/** A value as text; `null`: it is no single value. */
function textOf(value: unknown): string | null {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

/** Text, since a number has lost the zeros before it. */
function notAPhone(value: unknown): NotRead | null {
  if (value === null || value === '') return null;
  const digits = typeof value === 'string' ? value.normalize('NFKC').replace(/\D/gu, '') : '';
  return digits.length >= 4
    ? null
    : {
        word: null,
        wanted: {
          en: 'a phone number, or its last four digits, as text',
          zh: '电话号码，或它的最后四位，以文本形式',
        },
      };
}

/** As PostgreSQL writes a date, a timestamp and a timestamp with a time zone into JSON. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function notATime(value: unknown): NotRead | null {
  if (value === null || value === '' || (typeof value === 'string' && TIME.test(value.trim()))) return null;
  const wanted = {
    en: 'a date, a timestamp, or such a one as text',
    zh: '日期、时间戳，或文本形式的这些',
  };
  return { word: null, wanted };
}

/** What was met, in words, with its fix: for the log, `migrate --plan`, a start and `doctor`. */
export function describeUnread(unread: UnreadFact): string {
  return `${whatIsUnread(unread).en} ${fixOfUnread(unread).en}`;
}

export function whatIsUnread({ setting, column, word, isMissing }: UnreadFact): Explanation {
  const go = { en: 'deliveries go on as without it.', zh: '投递照常进行，如同没有它。' };
  const stands = isMissing
    ? { en: 'is not there, or not lent to this role', zh: '不存在，或没有借给这个角色' }
    : word === null
      ? { en: 'holds a value that is not understood', zh: '中有不能理解的值' }
      : word === ''
        ? { en: 'holds nothing', zh: '是空的' }
        : { en: `holds "${word}", which is not known`, zh: `中有不认识的“${word}”` };
  return {
    en: `${setting} of SHOP_TABLES: column ${column} ${stands.en}; ${go.en}`,
    zh: `SHOP_TABLES 的 ${setting}：列 ${column} ${stands.zh}；${go.zh}`,
  };
}

export function fixOfUnread({ setting, column, word, wanted, isMissing }: UnreadFact): Explanation {
  if (isMissing)
    return {
      en: '"waybell doctor" says which of the two, and what to do.',
      zh: '是哪一种、该做什么，waybell doctor 会说明。',
    };
  if (word === null)
    return {
      en: `Map a column that holds one of: ${wanted.en}.`,
      zh: `请映射一个含有以下内容之一的列：${wanted.zh}。`,
    };
  const [part, fact] = setting.split('.');
  const example = `{"${part}": {"${fact}": {"column": "${column}", "words": {${JSON.stringify(word)}: "…"}}}}`;
  return {
    en: `Say in SHOP_TABLES what it means: ${example}, with one of ${wanted.en}; or null, where it means nothing.`,
    zh: `请在 SHOP_TABLES 中说明它的含义：${example}，取 ${wanted.zh} 之一；没有含义时用 null。`,
  };
}
