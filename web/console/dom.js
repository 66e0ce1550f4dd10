import { say } from './texts.js';

/**
 * Makes an element. What is no element among its children is shown as text, whatever stands in it.
 * @param attributes by name; one that is `null` or `false` is left out, a function listens
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A link out of the console; nothing where it leads nowhere. */
export function linkOut(url, words) {
  if (url === null || !/^https?:\/\//.test(url)) return null;
  return make('a', { href: url, target: '_blank', rel: 'noopener' }, `${words} ↗`);
}

export const button = (words, click, attributes = {}) =>
  make('button', { type: 'button', class: 'small-button', click, ...attributes }, words);

/** A button that copies the text of an element, and where it says that it has. */
export function copyButton(element) {
  const done = make('span', { class: 'soft', role: 'status' });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      done.textContent = say('copied');
    } catch {
      // Browsers have no clipboard for pages that come without TLS from another machine.
      getSelection().selectAllChildren(element);
      done.textContent = say('selected');
    }
  };
  return [button(say('copy'), copy), done];
}

export const pill = (words, state = 'waiting') => make('span', { class: 'pill', 'data-state': state }, words);

/**
 * Names and values; those without a value are left out.
 * @param areShort whether they stand side by side on a telephone too
 */
export function facts(rows, areShort = false) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return make(
    'dl',
    { class: areShort ? 'facts short' : 'facts' },
    shown.map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
}
