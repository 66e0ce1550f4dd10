import { parser as createParser } from 'sax';
import { cutSaid } from './text';

export interface XmlElement {
  readonly name: string;
  /** Each is cut. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, without that of its children; trimmed and cut. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Messages of carriers are three levels deep. */
const MAX_DEPTH = 16;

/** The five that every document has. No prototype: `&constructor;` must be nothing. */
const ENTITIES = Object.assign(Object.create(null) as Record<string, string>, {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
});

interface OpenElement extends XmlElement {
  text: string;
  children: XmlElement[];
}

/**
 * Reads a small XML document: strict, without a document type, and so without entities of its own.
 * @returns the root; `undefined` for anything that is not well-formed
 */
export function readXml(xml: string): XmlElement | undefined {
  const parser = createParser(true, { position: false });
  parser.ENTITIES = ENTITIES;
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;

  parser.onerror = refuse;
  parser.ondoctype = refuse;
  parser.onopentag = ({ name, attributes }) => {
    const isSecondRoot = open.length === 0 && root !== undefined;
    if (isSecondRoot || open.length === MAX_DEPTH) refuse();
    const element = { name: cutSaid(name), attributes: allCut(attributes), text: '', children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  };
  parser.ontext = parser.oncdata = (text) => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.onclosetag = () => {
    const element = open.pop();
    if (element) element.text = cutSaid(element.text.trim());
  };

  try {
    parser.write(xml).close();
    return root;
  } catch {
    return undefined;
  }
}

/** The text of a child; empty when there is none. */
export function childText(element: XmlElement, name: string): string {
  return element.children.find((child) => child.name === name)?.text ?? '';
}

/** Without the option for namespaces every attribute is a plain text. */
function allCut(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes as Record<string, string>).map(([name, value]) => [name, cutSaid(value)]),
  );
}

function refuse(): never {
  throw new Error('not the XML that a carrier sends');
}
