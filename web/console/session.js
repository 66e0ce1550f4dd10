import { logIn, logOut, readSession, RefusedError, signals } from './api.js';
import { hasText, setText, setWords } from './texts.js';
import { refusal } from './words.js';

/** As every access token is written, and no key. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const form = document.getElementById('log-in');
const key = document.getElementById('key');
const problem = document.getElementById('log-in-problem');
const who = document.getElementById('who');
const inside = document.getElementById('inside');
const temporal = document.getElementById('temporal');
const leave = document.getElementById('log-out');
let session = null;

/** Who it is, as the audit says it. */
export const operator = () => session.name;
export const may = (scope) => session.scopes.some((one) => one === 'admin' || one === scope);
export const isLoggedIn = () => session !== null;

/** Shows the form until somebody is logged in, and tells `entered` then. */
export async function openSession(entered, left) {
  const enter = (told) => {
    session = told;
    showInside(true);
    entered();
  };
  const out = () => {
    session = null;
    showInside(false);
    left();
    key.focus();
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const given = key.value.trim();
      enter(await logIn(TOKEN.test(given) ? { access_token: given } : { key: given }));
    } catch (error) {
      showProblem(error);
    } finally {
      key.value = '';
    }
  });
  // Where that is not heard the session goes on, and nobody is told that it has ended.
  leave.addEventListener('click', () => logOut().then(out, () => setText(who, 'unreachable')));
  signals.addEventListener('logged-out', () => session !== null && out());

  try {
    enter(await readSession());
  } catch (error) {
    out();
    // The page of the shop has sent somebody whose token is refused.
    const refused = new URLSearchParams(location.search).get('refused');
    if (!(error instanceof RefusedError && error.code === 'session-missing')) showProblem(error);
    else if (refused !== null)
      showText(hasText(`refused.${refused}`) ? `refused.${refused}` : 'refusedSomehow');
  }
}

function showProblem(error) {
  if (!(error instanceof RefusedError)) return showText('unreachable');
  problem.hidden = false;
  setWords(problem, refusal(error));
}

function showText(key) {
  problem.hidden = false;
  setText(problem, key);
}

function showInside(isInside) {
  form.hidden = isInside;
  inside.hidden = !isInside;
  leave.hidden = !isInside;
  temporal.hidden = session === null || session.temporal_ui === null;
  setWords(who, session?.name ?? '');
  if (!temporal.hidden) temporal.href = session.temporal_ui;
}
