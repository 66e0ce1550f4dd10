import { logIn, logOut, readSession, RefusedError, signals } from './api.js';
import { setText, setWords } from './texts.js';

const form = document.getElementById('log-in');
const key = document.getElementById('key');
const problem = document.getElementById('log-in-problem');
const who = document.getElementById('who');
const inside = document.getElementById('inside');
const temporal = document.getElementById('temporal');
const leave = document.getElementById('log-out');
let session = null;

/** Whose key it is, as the audit calls it. */
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
      enter(await logIn(key.value.trim()));
    } catch (error) {
      problem.hidden = false;
      const wrong = error.code === 'api-key-invalid';
      if (wrong || !(error instanceof RefusedError)) setText(problem, wrong ? 'keyUnknown' : 'unreachable');
      else setWords(problem, error.message);
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
    if (error instanceof RefusedError && error.code === 'session-missing') return;
    problem.hidden = false;
    setText(problem, 'unreachable');
  }
}

function showInside(isInside) {
  form.hidden = isInside;
  inside.hidden = !isInside;
  leave.hidden = !isInside;
  temporal.hidden = session === null || session.temporal_ui === null;
  setWords(who, session?.name ?? '');
  if (!temporal.hidden) temporal.href = session.temporal_ui;
}
