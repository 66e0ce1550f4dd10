import { readAttention } from './api.js';
import { button, linkOut, make, pill } from './dom.js';
import { retryAll } from './retry.js';
import { may } from './session.js';
import { say } from './texts.js';
import { audience, inWords, moment, named } from './words.js';

const PAGE = 50;
/** What a delivery waits for, as Temporal finds it too. */
const OF_DELIVERIES = ['order-not-found', 'no-targets', 'push-failed'];
/** Where one sees more of what is no delivery. */
const SEEN_AT = {
  'provider-down': 'providers',
  'provider-held': 'providers',
  'deactivation-held': 'providers',
};
/** Deliveries that are marked, by their ids. */
const marked = new Set();

/** What waits or fails, what waits longest first. */
export const waits = {
  load: ({ kind, after }) => readAttention({ kind, after, limit: PAGE }),

  draw(told, { kind }, again) {
    const ids = told.attention.map(({ workflow_id: id }) => id);
    for (const id of marked) if (!ids.includes(id)) marked.delete(id);
    const bar = make('div', { class: 'bar' });
    const showBar = () => bar.replaceChildren(...barOf(told, kind, again));
    showBar();
    return make(
      'section',
      {},
      make(
        'div',
        { class: 'title' },
        make('h2', {}, say('view.waits')),
        pill(
          told.overdue === 0 ? say('noneOverdue') : say('overdueCount', told.overdue),
          told.overdue === 0 ? 'good' : 'bad',
        ),
      ),
      chips(told.counts, kind),
      bar,
      told.attention.length === 0
        ? make('p', { class: 'panel soft' }, say('nothingWaits'))
        : make(
            'ul',
            { class: 'rows' },
            told.attention.map((entry) => row(entry, showBar)),
          ),
      told.next === null
        ? null
        : make(
            'p',
            {},
            make(
              'a',
              {
                href: `/console?${new URLSearchParams({ view: 'waits', ...(kind && { kind }), after: told.next })}`,
              },
              say('more'),
            ),
          ),
    );
  },
};

function chips(counts, chosen) {
  const chip = (kind, words) =>
    make(
      'a',
      {
        class: 'chip',
        href: `/console?${new URLSearchParams({ view: 'waits', ...(kind && { kind }) })}`,
        'aria-current': (chosen ?? '') === kind ? 'true' : null,
      },
      words,
    );
  const kinds = [...new Set([...Object.keys(counts), ...(chosen ? [chosen] : [])])];
  return make(
    'div',
    { class: 'chips', role: 'group', 'aria-label': say('filter') },
    chip('', say('all')),
    kinds.map((kind) => chip(kind, `${named('kind', kind)} ${counts[kind] ?? 0}`)),
  );
}

function barOf({ counts }, kind, again) {
  if (!may('retry')) return [];
  const all = OF_DELIVERIES.includes(kind) && (counts[kind] ?? 0) > 0;
  const done = () => {
    marked.clear();
    return again();
  };
  return [
    ...(marked.size > 0
      ? [button(say('retryMarked', marked.size), () => retryAll({ ids: [...marked] }, done))]
      : []),
    ...(all
      ? [
          button(say('retryKind', counts[kind]), () =>
            retryAll({ query: `ExecutionStatus="Running" AND Attention="${kind}"` }, done),
          ),
        ]
      : []),
  ];
}

function row(entry, showBar) {
  const { kind, carrier, tracking_no: number, workflow_id: id, since, until, alarm } = entry;
  const box =
    id !== null && may('retry')
      ? make('input', {
          type: 'checkbox',
          'aria-label': `${say('mark')} ${number ?? id}`,
          change: ({ target }) => {
            if (target.checked) marked.add(id);
            else marked.delete(id);
            showBar();
          },
        })
      : null;
  if (box !== null) box.checked = marked.has(id);
  const more = SEEN_AT[kind];
  return make(
    'li',
    { class: 'panel row' },
    box ?? make('span', { class: 'no-box' }),
    make(
      'div',
      { class: 'row-main' },
      make(
        'div',
        { class: 'row-head' },
        pill(named('kind', kind), alarm ? 'bad' : 'waiting'),
        alarm ? pill(say('overdue'), 'bad') : null,
        number === null
          ? null
          : make(
              'a',
              { class: 'number', href: `/console?${new URLSearchParams({ name: number })}` },
              `${carrier} ${number}`,
            ),
        audience(entry.audience) === null ? null : make('span', { class: 'soft' }, audience(entry.audience)),
        more === undefined ? null : make('a', { href: `/console?view=${more}` }, say(`view.${more}`)),
      ),
      make('p', {}, say('endsBy', named('endsBy', kind))),
      entry.explanation === null ? null : make('p', { class: 'soft' }, inWords(entry.explanation)),
      entry.alarm_explanation === null ? null : make('p', { class: 'bad' }, inWords(entry.alarm_explanation)),
      make(
        'p',
        { class: 'when' },
        say('since'),
        ' ',
        moment(since),
        until === null ? null : [' — ', say('until'), ' ', moment(until)],
      ),
    ),
    make('div', { class: 'row-side' }, linkOut(entry.temporal_ui, 'Temporal')),
  );
}
