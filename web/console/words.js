import { make } from './dom.js';
import { currentLanguage, hasText, say } from './texts.js';

/** What our codes are called; one that has no name here is shown as it is. */
export const named = (family, code) => {
  const key = `${family}.${code}`;
  return hasText(key) ? say(key) : String(code);
};

/** What the API says in both languages. */
export const inWords = (explanation) => explanation?.[currentLanguage()] ?? '';

/** Why Waybell has said no. */
export const refusal = ({ explanation, message }) => explanation?.[currentLanguage()] ?? message;

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

function fromNow(at) {
  const seconds = Math.round((new Date(at) - Date.now()) / 1_000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' }).format(
    Math.trunc(seconds / length),
    unit,
  );
}

/** As people write it where the browser is, if that is where the language is spoken. */
const locale = () =>
  navigator.languages.find((one) => one.startsWith(currentLanguage())) ?? currentLanguage();

const clock = (at, timeStyle) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle }).format(new Date(at));

/** A moment in the time of who looks, and how far it is; `null` where there is none. */
export function moment(at, timeStyle = 'short') {
  if (at === null || at === undefined) return null;
  const far = make('span', { class: 'soft', 'data-from-now': at }, fromNow(at));
  return make('span', { class: 'moment' }, make('time', { datetime: at }, clock(at, timeStyle)), ' · ', far);
}

/** Says anew how far all moments are that are shown. */
export function updateMoments() {
  for (const element of document.querySelectorAll('[data-from-now]')) {
    element.textContent = fromNow(element.dataset.fromNow);
  }
}

/** Who is meant, of buyer and merchant. */
export const audience = (code) => (code === null || code === '' ? null : named('audience', code));
