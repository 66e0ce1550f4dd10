import { readWords } from './api.js';
import { copyButton, facts, make, pill } from './dom.js';
import { say } from './texts.js';
import { moment, named } from './words.js';

const meant = (status) => (status === null ? say('meansNothing') : named('status', status));

/** Status words that no table knows, and those that the shop has said something of. */
export const unknownWords = {
  load: readWords,

  draw({ words, setting }) {
    return make(
      'section',
      {},
      make('div', { class: 'title' }, make('h2', {}, say('view.words'))),
      words.length === 0
        ? make('p', { class: 'panel soft' }, say('noWords'))
        : [make('div', { class: 'cards' }, words.map(card)), settingPanel(setting)],
    );
  },
};

function card({ source, word, standing, means, count, last_text: text, last_time: last }) {
  return make(
    'article',
    { class: 'panel' },
    make(
      'div',
      { class: 'title' },
      make('h3', {}, `${source} · ${word}`),
      pill(named('standing', standing), standing === 'unknown' ? 'bad' : 'good'),
    ),
    facts([
      [say('means'), standing === 'unknown' ? named('standing', standing) : meant(means)],
      [say('scans'), String(count)],
      [say('lastText'), text],
      [say('lastTime'), moment(last)],
    ]),
  );
}

function settingPanel(setting) {
  const line = make('code', {}, `STATUS_MAP='${setting}'`);
  return make(
    'section',
    { class: 'panel' },
    make('p', {}, say('settingHint')),
    make('pre', {}, line),
    make('div', { class: 'buttons' }, copyButton(line)),
  );
}
