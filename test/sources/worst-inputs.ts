import type { WebhookRequest } from '../../src/sources/source';
import { carriedBy } from './carried';

/** An input that is as hard at any size. */
export interface WorstInput {
  readonly what: string;
  readonly of: (bytes: number) => WebhookRequest;
}

/** Stands where a request is filled; nothing that a sender writes. */
const HERE = 'QQHEREQQ';
/** Stands in a filling where it is numbered. */
const NUMBER = 'QQNQQ';

/** Every input for the format of one genuine request. */
export function worstInputs(genuine: WebhookRequest): WorstInput[] {
  const { text } = carriedBy(genuine);
  const ofItsFormat = text.startsWith('<') ? ofXml(text) : text.startsWith('{') ? ofJson(text) : [];
  return [
    ...ofItsFormat.map((filled) => ({ what: filled.what, of: filling(genuine, filled) })),
    ...nested(genuine),
    ...forms(genuine),
  ];
}

interface Filled {
  readonly what: string;
  /** The text that the request carries, with `HERE` in it. */
  readonly marked: string;
  /** As they are written in that text; each fills its share. */
  readonly pieces: readonly string[];
  /** What follows each. */
  readonly end?: string;
}

/** The request around the marked text, filled up to a size; what a form writes in three bytes counts as three. */
function filling(genuine: WebhookRequest, { marked, pieces, end = '' }: Filled): WorstInput['of'] {
  const { carry } = carriedBy(genuine);
  const whole = carry(marked);
  const [before = '', after = ''] = whole.body.toString('latin1').split(HERE);
  const isForm = carry('[').body.toString('latin1') !== '[';
  const written = (said: string): string =>
    isForm
      ? new URLSearchParams({ a: said }).toString().slice('a='.length)
      : Buffer.from(said).toString('latin1');
  return (bytes) => {
    const share = Math.floor((bytes - whole.body.length) / pieces.length);
    const filled = pieces.map(written).map((piece) => {
      const count = Math.max(1, Math.floor(share / piece.length));
      return piece.includes(NUMBER)
        ? Array.from({ length: count }, (_, n) => piece.replaceAll(NUMBER, String(n))).join('')
        : piece.repeat(count);
    });
    const body = before + filled.map((run) => run + written(end)).join('') + after;
    return { ...whole, body: Buffer.from(body, 'latin1') };
  };
}

/** What makes a careless expression look far: runs that it begins, after which comes what it does not look for. */
const RUNS = [' ', '7', 'a1', '7 -', '[(', '张', '签收人：', '\u200b', '\u0085', '://'];
const END = '~';

function ofJson(text: string): Filled[] {
  return [
    ...fieldsOfJson(text).map((marked, at) => ({
      what: `field ${at} of runs`,
      marked,
      pieces: [...RUNS, '\\"', '\\u0020'],
      end: END,
    })),
    ...listsOfJson(text),
    { what: 'names', marked: text.replace('{', `{${HERE}`), pieces: [`"name${NUMBER}":1,`] },
    { what: 'one name again and again', marked: text.replace('{', `{${HERE}`), pieces: ['"a":1,'] },
  ];
}

/** The text as many times as it has names of fields, each time with the first field of that name marked. */
function fieldsOfJson(text: string): string[] {
  const marked = new Map<string, string>();
  for (const { 0: all, 1: name = '', index } of text.matchAll(/"(\w+)":\s*(?:"(?:[^"\\]|\\.)*"|\d+)/g)) {
    const end = index + all.length;
    const value = all.endsWith('"')
      ? `${text.slice(0, end - 1)}${HERE}${text.slice(end - 1)}`
      : `${text.slice(0, index)}"${name}":"${all.replace(/^.*:\s*/, '')}${HERE}"${text.slice(end)}`;
    if (!marked.has(name)) marked.set(name, value);
  }
  return [...marked.values()];
}

/** Every list of objects with its first row again and again: as it is, and with a text and a second of its own. */
function listsOfJson(text: string): Filled[] {
  const found: Filled[] = [];
  const mark = (value: unknown, put: (value: unknown) => unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) {
      for (const [name, one] of Object.entries(value)) mark(one, (inner) => put({ ...value, [name]: inner }));
      return;
    }
    const [row] = value as unknown[];
    if (typeof row !== 'object' || row === null) return;
    const marked = JSON.stringify(put([row, HERE])).replace(`,"${HERE}"`, HERE);
    found.push({ what: 'rows', marked, pieces: [`,${numbered(row)}`] });
    found.push({ what: 'rows that are the same', marked, pieces: [`,${JSON.stringify(row)}`] });
    found.push({ what: 'rows that say nothing', marked, pieces: [',{}'] });
    mark(row, (inner) => put([inner]));
  };
  mark(JSON.parse(text), (value) => value);
  return found;
}

function numbered(row: object): string {
  return JSON.stringify(row, (name, value: unknown) => {
    if (typeof value !== 'string' || /code|status|tag/i.test(name)) return value;
    return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:/.test(value) ? value : `${value}${NUMBER}`;
  });
}

function ofXml(text: string): Filled[] {
  const places = [...text.matchAll(/(?<=[^?]>)[^<>]+(?=<)|(?<==")[^"<]+(?=")/g)].map(
    ({ 0: value, index }) => index + value.length,
  );
  const inElement = (within: string): string => within.replace(/(<[A-Za-z]\w*[^>]*>)/, `$1${HERE}`);
  return [
    ...places
      .map((end) => `${text.slice(0, end)}${HERE}${text.slice(end)}`)
      .map((marked, at) => ({
        what: `value ${at} of runs`,
        marked,
        pieces: [...RUNS, '&amp;', '&#x20;'],
        end: END,
      })),
    ...['<a/>', `<remark>a ${NUMBER}</remark>`, '<!-- a -->', '<![CDATA[ a ]]>', '<?a?>', ' '].map(
      (piece) => ({
        what: `elements ${piece}`,
        marked: inElement(text),
        pieces: [piece],
      }),
    ),
    { what: 'attributes', marked: text.replace(/(<[A-Za-z]\w*)/, `$1${HERE}`), pieces: [` a${NUMBER}="b"`] },
  ];
}

function nested(genuine: WebhookRequest): WorstInput[] {
  const { carry } = carriedBy(genuine);
  const share = carry('[').body.length - carry('').body.length;
  const shapes: readonly (readonly [what: string, open: string, close: string])[] = [
    ['lists', '[', ']'],
    ['lists without end', '[', ''],
    ['objects', '{"a":', '}'],
    ['elements', '<a>', '</a>'],
    ['elements without end', '<a>', ''],
    ['elements without name', '<', ''],
  ];
  return shapes.map(([what, open, close]) => ({
    what: `${what}, one in another`,
    of: (bytes) => {
      const depth = Math.floor(bytes / share / (open.length + close.length));
      return carry(`${open.repeat(depth)}${close.repeat(depth)}`);
    },
  }));
}

function forms({ headers, body }: WebhookRequest): WorstInput[] {
  const names = [...body.toString('latin1', 0, 4096).matchAll(/(?<=^|&)\w+(?==)/g)].map(
    ([name]) => `${name}=`,
  );
  const of = (begin: string, pieces: readonly string[]): WorstInput => ({
    what: `a form of ${begin}${pieces.join('')}`,
    of: (bytes) => {
      const share = bytes / pieces.length;
      return {
        headers,
        body: Buffer.from(begin + pieces.map((piece) => piece.repeat(share / piece.length)).join('')),
      };
    },
  });
  return [
    ...['&', 'a&', 'a=b&', '=', '%', '%41', '+', 'a'].map((piece) => of('', [piece])),
    ...names.map((name) => of(name, ['%20', '+', '%41', '%5B', 'a', '%'])),
  ];
}
