import { readRetries, retryMany, retryOne } from './api.js';
import { askReason } from './dialog.js';
import { linkOut, make } from './dom.js';
import { operator } from './session.js';
import { say } from './texts.js';
import { inWords, named } from './words.js';

const POLL_MS = 1_000;
/** As many as are shown of who refused. */
const MOST_SHOWN = 20;

function forceBox() {
  const box = make('input', { type: 'checkbox' });
  const label = make('label', { class: 'check' }, box, make('span', {}, say('force')));
  return { label, isSet: () => box.checked };
}

/** Tries one delivery again. */
export function retryDelivery(workflowId, closed) {
  const force = forceBox();
  const asked = (reason, dryRun) => ({
    reason,
    operator: operator(),
    force: force.isSet(),
    dry_run: dryRun,
  });
  const told = ({ explanation }) => [make('p', {}, inWords(explanation))];
  askReason({
    title: say('retry'),
    hint: say('retryHint'),
    fields: [force.label],
    look: async (reason) => told(await retryOne(workflowId, asked(reason, true))),
    act: async (reason) => told(await retryOne(workflowId, asked(reason, false))),
    closed,
  });
}

/**
 * Tries many again.
 * @param which `ids`, or a `query` of Temporal
 */
export function retryAll(which, closed) {
  const force = forceBox();
  const asked = (reason, dryRun) => ({
    ...which,
    ...{ reason, operator: operator(), force: force.isSet(), dry_run: dryRun },
  });
  askReason({
    title: say('retryMany'),
    hint: say('retryManyHint'),
    fields: [force.label],
    look: async (reason) => planned(await retryMany(asked(reason, true))),
    act: async (reason, result) => {
      const { retry_id: id } = await retryMany(asked(reason, false));
      return followed(id, result);
    },
    closed,
  });
}

function planned({ found, plan, unknown }) {
  return [
    make('p', {}, say('found', found)),
    make(
      'ul',
      { class: 'plan' },
      plan.map(({ workflow_id: id, kind, explanation }) =>
        make(
          'li',
          {},
          make('strong', {}, named('plan', kind)),
          ' ',
          make('code', {}, shortened(id)),
          ` ${inWords(explanation)}`,
        ),
      ),
    ),
    found > plan.length ? make('p', { class: 'soft' }, say('firstOnly', plan.length)) : null,
    unknown.length > 0 ? make('p', { class: 'problem' }, say('notFound', unknown.join(', '))) : null,
  ].filter((part) => part !== null);
}

/** Until it has ended; who closes the window only does not see it. */
async function followed(id, result) {
  for (;;) {
    const told = await readRetries(id);
    const parts = [
      make(
        'p',
        {},
        say(`retries.${told.state}`),
        ` · ${say('tally', told.asked + told.restarted)} · ${say('tallyRefused', told.refused)} / ${told.found}`,
      ),
      make(
        'ul',
        { class: 'plan' },
        told.refusals
          .slice(0, MOST_SHOWN)
          .map(({ workflow_id: name, explanation }) =>
            make('li', {}, make('code', {}, shortened(name)), ` ${inWords(explanation)}`),
          ),
      ),
      make('p', {}, linkOut(told.temporal_ui, 'Temporal')),
    ];
    if (told.state !== 'running') return parts;
    result.replaceChildren(...parts);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Of a workflow id what people know: carrier and number. */
const shortened = (id) =>
  id.startsWith('delivery/') ? id.split('/').slice(2, 4).map(decodeURIComponent).join(' ') : id;
