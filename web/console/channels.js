import { readChannels } from './api.js';
import { facts, make, pill } from './dom.js';
import { say } from './texts.js';
import { inWords, moment } from './words.js';

/** What came through each channel. */
export const channels = {
  load: readChannels,

  draw({ channels: list }) {
    return make(
      'section',
      {},
      make('div', { class: 'title' }, make('h2', {}, say('view.channels'))),
      list.length === 0
        ? make('p', { class: 'panel soft' }, say('noChannels'))
        : make('div', { class: 'cards' }, list.map(card)),
    );
  },
};

function card({
  source,
  channel,
  accepted_at: accepted,
  refused_at: refused,
  refused_in_a_row: row,
  hour,
  day,
  refusals,
}) {
  const name = channel === null ? say('nobodysChannel') : channel === '' ? say('ownRoute') : channel;
  return make(
    'article',
    { class: 'panel' },
    make(
      'div',
      { class: 'title' },
      make('h3', {}, `${source} · ${name}`),
      row > 0 ? pill(say('refusedInARow', row), 'bad') : pill(say('accepting'), 'good'),
    ),
    facts([
      [say('lastAccepted'), moment(accepted) ?? say('never')],
      [say('lastRefused'), moment(refused) ?? say('never')],
      [say('hour'), `${hour.accepted} ✓ · ${hour.refused} ✗`],
      [say('day'), `${day.accepted} ✓ · ${day.refused} ✗`],
    ]),
    refusals.length === 0
      ? null
      : make(
          'ul',
          {},
          refusals.map(({ explanation, times, tracking_no: number, address, last_at: last }) =>
            make(
              'li',
              {},
              inWords(explanation),
              make(
                'p',
                { class: 'soft' },
                [`× ${times}`, number, address].filter(Boolean).join(' · '),
                ' · ',
                moment(last),
              ),
            ),
          ),
        ),
  );
}
