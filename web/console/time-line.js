import { make, pill } from './dom.js';
import { say } from './texts.js';
import { audience, moment, named } from './words.js';

/** What was said of a parcel, decided, told and seen, the newest first. */
export function timeLine({ carrier, scans, decisions, messages }) {
  const entries = [
    ...scans.map((scan) => ({ at: scan.at, of: 'scan', parts: scanned(scan) })),
    ...decisions.map((decision) => ({ at: decision.decided_at, of: 'decision', parts: decided(decision) })),
    ...messages.flatMap((message) => [
      { at: message.created_at, of: 'message', parts: told(message) },
      ...message.pushes.flatMap((push) => pushed(message, push)),
    ]),
  ].sort((one, other) => other.at.localeCompare(one.at));
  return make(
    'section',
    { class: 'panel' },
    make('h3', {}, say('timeLine'), carrier === null ? '' : ` · ${carrier}`),
    entries.length === 0
      ? make('p', { class: 'soft' }, say('nothingSaid'))
      : make(
          'ol',
          { class: 'time-line' },
          entries.map(({ at, of, parts }) =>
            make(
              'li',
              { 'data-of': of },
              make('div', { class: 'row-head' }, pill(say(`line.${of}`)), parts),
              moment(at, 'medium'),
            ),
          ),
        ),
  );
}

function scanned({ status, word, text, place, source }) {
  return [
    make('strong', {}, status === null ? say('wordUnknown', word) : named('status', status)),
    make('span', {}, [text, place].filter(Boolean).join(' · ')),
    make('span', { class: 'soft' }, source),
  ];
}

function decided({ verdict, status, state, outcome }) {
  const end = state === 'open' ? named('state', 'open') : named('outcome', outcome ?? '');
  return [
    make('span', {}, named('verdict', verdict)),
    status === null ? null : make('strong', {}, named('status', status)),
    verdict === 'announce' ? make('span', { class: 'soft' }, end) : null,
  ];
}

function told({ aud, recipient_id: whom, title }) {
  return [make('span', {}, `${audience(aud) ?? ''} ${whom ?? ''}`), make('strong', {}, title ?? '')];
}

/** Each phone, with what was answered last, and what it said itself. */
function pushed(
  { aud },
  {
    cid,
    provider,
    state,
    words,
    claimed_at: claimed,
    answered_at: answered,
    shown_at: shown,
    clicked_at: clicked,
  },
) {
  const whose = `${audience(aud) ?? ''} …${cid.slice(-4)}`;
  return [
    {
      at: answered ?? claimed,
      of: 'push',
      parts: [
        make('span', {}, `${whose} ${provider}`),
        make('strong', {}, named('push', state)),
        make('span', { class: 'soft' }, words ?? ''),
      ],
    },
    ...(shown === null
      ? []
      : [{ at: shown, of: 'receipt', parts: [make('span', {}, whose), make('strong', {}, say('shown'))] }]),
    ...(clicked === null
      ? []
      : [
          {
            at: clicked,
            of: 'receipt',
            parts: [make('span', {}, whose), make('strong', {}, say('clicked'))],
          },
        ]),
  ];
}
