import { readLedger } from './api.js';
import { facts, make, pill } from './dom.js';
import { say } from './texts.js';
import { inWords, moment, named } from './words.js';

const DAY_MS = 86_400_000;
const DAYS = [1, 7, 30];

/** Whether everything is accounted for. */
export const ledger = {
  load: ({ days }) => {
    // To the minute: what is asked again is the same question for a while.
    const since = new Date(Math.floor((Date.now() - daysOf(days) * DAY_MS) / 60_000) * 60_000);
    return readLedger(since.toISOString());
  },

  draw({ since, until, closes, updates, audiences, differences, unheard }, { days }) {
    return make(
      'section',
      {},
      make(
        'div',
        { class: 'title' },
        make('h2', {}, say('view.ledger')),
        pill(say(closes ? 'closes' : 'doesNotClose'), closes ? 'good' : 'bad'),
      ),
      make(
        'div',
        { class: 'chips', role: 'group', 'aria-label': say('filter') },
        DAYS.map((count) =>
          make(
            'a',
            {
              class: 'chip',
              href: `/console?view=ledger&days=${count}`,
              'aria-current': daysOf(days) === count ? 'true' : null,
            },
            say('days', count),
          ),
        ),
      ),
      make('p', { class: 'when' }, moment(since), ' — ', moment(until)),
      make(
        'div',
        { class: 'cards' },
        sums(say('updates'), Object.entries(updates), 'update'),
        sums(
          say('audiences'),
          [
            ['expected', audiences.expected],
            ['notified', audiences.notified],
          ],
          'sum',
        ),
        ...['suppressed', 'failed', 'waiting'].map((part) =>
          sums(named('sum', part), Object.entries(audiences[part]), 'outcome'),
        ),
      ),
      differences.length + unheard.length === 0
        ? null
        : make(
            'section',
            { class: 'panel' },
            make('h3', {}, say('differences')),
            make(
              'ul',
              {},
              differences.map(({ workflow_id: id, explanation }) =>
                make(
                  'li',
                  {},
                  make('a', { href: `/console?${new URLSearchParams({ name: id })}` }, id),
                  ` ${inWords(explanation)}`,
                ),
              ),
              unheard.map(({ journal_id: id, place, heard_at: heard }) =>
                make('li', {}, `${id} ${place} · `, moment(heard)),
              ),
            ),
          ),
    );
  },
};

function daysOf(asked) {
  return DAYS.find((count) => String(count) === asked) ?? DAYS[0];
}

function sums(title, rows, family) {
  if (rows.length === 0) return null;
  return make(
    'article',
    { class: 'panel' },
    make('h3', {}, title),
    facts(
      rows.map(([code, count]) => [named(family, code), String(count)]),
      true,
    ),
  );
}
