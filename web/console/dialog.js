import { RefusedError } from './api.js';
import { button, make } from './dom.js';
import { say } from './texts.js';
import { refusal } from './words.js';

const dialog = document.getElementById('dialog');
const MOST_REASON = 200;

export const isDialogOpen = () => dialog.open;

/**
 * Asks for a reason, and does something with it. With `look` there are two steps: what would happen is shown first,
 * and only then it can be done.
 * @param look gives elements that say what would happen, from the reason and what was chosen; throws what refuses it
 * @param act does it, and gives elements that say what became of it
 * @param closed is called afterwards, where something was done
 */
export function askReason({ title, hint, fields = [], look, act, closed }) {
  const reason = make('input', { required: true, maxlength: MOST_REASON, autocomplete: 'off', id: 'reason' });
  const result = make('div', { class: 'result', role: 'status' });
  const problem = make('p', { class: 'problem', role: 'alert', hidden: true });
  let looked = look === undefined;
  let done = false;
  const submit = make('button', { type: 'submit', class: 'main-button' });
  const close = button(say('cancel'), () => dialog.close());

  function name() {
    submit.textContent = say(looked ? 'doIt' : 'lookFirst');
  }

  const form = make(
    'form',
    {
      submit: async (event) => {
        event.preventDefault();
        if (submit.ariaDisabled === 'true') return;
        submit.ariaDisabled = 'true';
        problem.hidden = true;
        try {
          if (!looked) {
            result.replaceChildren(...(await look(reason.value)));
            looked = true;
            name();
          } else {
            result.replaceChildren(...(await act(reason.value, result)));
            done = true;
            submit.remove();
            close.textContent = say('close');
            close.focus();
          }
        } catch (error) {
          problem.hidden = false;
          problem.textContent = error instanceof RefusedError ? refusal(error) : say('unreachable');
        } finally {
          submit.ariaDisabled = 'false';
        }
      },
      // What was looked at was another question.
      input: () => {
        if (look === undefined || done) return;
        looked = false;
        result.replaceChildren();
        name();
      },
    },
    make('h2', { id: 'dialog-title' }, title),
    make('p', { class: 'soft' }, hint),
    fields,
    make('label', {}, make('span', {}, say('reason')), reason),
    result,
    problem,
    make('div', { class: 'buttons' }, close, submit),
  );
  name();
  dialog.replaceChildren(form);
  dialog.addEventListener('close', () => done && closed(), { once: true });
  dialog.showModal();
  form.querySelector('input').focus();
}
