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
  readonly wanted: string;
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
  wanted: ours.join(', '),
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
  const wanted = ours.join(', ');
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
    : { word: null, wanted: 'a phone number, or its last four digits, as text' };
}

/** As PostgreSQL writes a date, a timestamp and a timestamp with a time zone into JSON. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

function notATime(value: unknown): NotRead | null {
  if (value === null || value === '' || (typeof value === 'string' && TIME.test(value.trim()))) return null;
  return { word: null, wanted: 'a date, a timestamp, or such a one as text' };
}

/** What was met, in words, with its fix: for the log, `migrate --plan`, a start and `doctor`. */
export function describeUnread(unread: UnreadFact): string {
  return `${whatIsUnread(unread)} ${fixOfUnread(unread)}`;
}

export function whatIsUnread({ setting, column, word, isMissing }: UnreadFact): string {
  const where = `${setting} of SHOP_TABLES: column ${column}`;
  const go = 'deliveries go on as without it.';
  if (isMissing) return `${where} is not there, or not lent to this role; ${go}`;
  const stands =
    word === null
      ? 'a value that is not understood'
      : word === ''
        ? 'nothing'
        : `"${word}", which is not known`;
  return `${where} holds ${stands}; ${go}`;
}

export function fixOfUnread({ setting, column, word, wanted, isMissing }: UnreadFact): string {
  if (isMissing) return '"waybell doctor" says which of the two, and what to do.';
  if (word === null) return `Map a column that holds one of: ${wanted}.`;
  const [part, fact] = setting.split('.');
  const example = `{"${part}": {"${fact}": {"column": "${column}", "words": {${JSON.stringify(word)}: "…"}}}}`;
  return `Say in SHOP_TABLES what it means: ${example}, with one of ${wanted}; or null, where it means nothing.`;
}
