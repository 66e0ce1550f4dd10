/** The words of the page (`texts.json` beside it) and the switch between its languages. */
const response = await fetch(new URL('texts.json', import.meta.url));
const TEXTS = await response.json();

const STORED = 'waybell-language';
const changed = new EventTarget();
let language = localStorage.getItem(STORED) ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
if (!(language in TEXTS)) language = 'en';

export const currentLanguage = () => language;

export const hasText = (key) => Object.hasOwn(TEXTS[language], key);

/** The text of `key`, its `{n}` filled in. */
export function say(key, n = '') {
  return TEXTS[language][key].replace('{n}', () => n);
}

/** Gives an element a text that follows the language. */
export function setText(element, key, n = '') {
  element.dataset.text = key;
  element.dataset.n = n;
  element.textContent = say(key, n);
}

/** Gives an element words that are no text of this page. */
export function setWords(element, words) {
  delete element.dataset.text;
  element.textContent = words;
}

/** Gives a `time` element the moment that it shows. */
export function setTime(element, at) {
  element.dateTime = at;
  writeTime(element);
}

/** Hours and minutes as the clock of a phone shows them. */
export const timeOfDay = (at) =>
  new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

function writeTime(element) {
  element.textContent = timeOfDay(new Date(element.dateTime));
}

export function setLanguage(next) {
  language = next;
  localStorage.setItem(STORED, next);
  translate(document);
  changed.dispatchEvent(new Event('change'));
}

export function onLanguageChange(listener) {
  changed.addEventListener('change', listener);
}

/** Writes every text below `root` in the current language. */
export function translate(root) {
  if (root === document) {
    document.documentElement.lang = language;
    document.title = say('pageTitle');
  }
  for (const element of root.querySelectorAll('[data-text]')) {
    element.textContent = say(element.dataset.text, element.dataset.n);
  }
  root.querySelectorAll('time[datetime]').forEach(writeTime);
  for (const element of root.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset.label));
  }
}
