import { RefusedError } from './api.js';
import { channels } from './channels.js';
import { isDialogOpen } from './dialog.js';
import { make } from './dom.js';
import { ledger } from './ledger.js';
import { parcel } from './parcel.js';
import { providers } from './providers.js';
import { isLoggedIn, openSession } from './session.js';
import { currentLanguage, onLanguageChange, say, setLanguage, setText, translate } from './texts.js';
import { ABOUT } from './told.js';
import { unknownWords } from './unknown-words.js';
import { waits } from './waits.js';
import { refusal, updateMoments } from './words.js';

/** So often what is shown is asked for again, while somebody looks. */
const LIVE_MS = 5_000;

/** By their names in the address. Each loads what it shows, and draws it. */
const VIEWS = { waits, channels, providers, words: unknownWords, ledger };

const place = document.getElementById('view');
const live = document.getElementById('live');
const nav = document.getElementById('views');
const field = document.getElementById('name');
/** What is shown, and what it was drawn from. */
let shown = { view: waits, params: {}, drawn: '' };
let turn = 0;

/** What an address shows: `?name=` or, as the shop's own pages link, `?order=`, what is meant by it; `?view=` a list. */
function addressed() {
  const params = Object.fromEntries(new URLSearchParams(location.search));
  const about = params.name ? undefined : ABOUT.find((one) => params[one]);
  const name = params.name || params[about];
  if (name) return { view: parcel, name: 'parcel', params: { name, about } };
  const asked = Object.hasOwn(VIEWS, params.view ?? '') ? params.view : 'waits';
  return { view: VIEWS[asked], name: asked, params };
}

export function go(params) {
  history.pushState(null, '', `/console?${new URLSearchParams(params)}`);
  open();
}

function open() {
  const { view, name, params } = addressed();
  shown = { view, params, drawn: '' };
  field.value = params.name ?? '';
  for (const link of nav.children) {
    if (link.dataset.view === name) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  place.replaceChildren(make('p', { class: 'soft loading' }, say('loading')));
  return refresh();
}

/** Asks again, and draws anew where the answer is another: what somebody has opened or marked stays so. */
async function refresh() {
  if (!isLoggedIn() || isDialogOpen()) return;
  turn += 1;
  const mine = turn;
  const { view, params } = shown;
  try {
    const told = await view.load(params);
    if (mine !== turn || !isLoggedIn()) return;
    showLive('good', 'live');
    const text = JSON.stringify(told);
    if (text !== shown.drawn) place.replaceChildren(view.draw(told, params, again));
    shown.drawn = text;
    updateMoments();
  } catch (error) {
    if (mine !== turn || !isLoggedIn()) return;
    if (!(error instanceof RefusedError)) showLive('bad', 'unreachable');
    else place.replaceChildren(make('p', { class: 'panel problem', role: 'alert' }, refusal(error)));
    shown.drawn = '';
  }
}

/** After something was done. */
function again() {
  shown.drawn = '';
  return refresh();
}

function showLive(state, key) {
  live.hidden = false;
  live.dataset.state = state;
  setText(live, key);
}

function showLanguage() {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === currentLanguage()));
  }
  field.placeholder = say('searchHint');
  nav.replaceChildren(
    ...Object.keys(VIEWS).map((view) =>
      make('a', { href: `/console?view=${view}`, 'data-view': view }, say(`view.${view}`)),
    ),
  );
  if (isLoggedIn()) void open();
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => setLanguage(button.dataset.language));
}
document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = field.value.trim();
  if (name !== '') go({ name });
});
// Links within the console open without loading the page again.
document.addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="/console?"]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(new URL(link.href).searchParams);
});
addEventListener('popstate', () => void open());
document.addEventListener('visibilitychange', () => document.hidden || void refresh());
onLanguageChange(showLanguage);
translate(document);
showLanguage();
setInterval(() => document.hidden || void refresh(), LIVE_MS);
await openSession(
  () => void open(),
  () => {
    place.replaceChildren();
    live.hidden = true;
  },
);
