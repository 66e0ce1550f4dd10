import { readProviders, releaseProvider } from './api.js';
import { askReason } from './dialog.js';
import { button, facts, make, pill } from './dom.js';
import { may } from './session.js';
import { say } from './texts.js';
import { moment, named } from './words.js';

/** Providers that are down or held, and verdicts that wait for a person. */
export const providers = {
  load: readProviders,

  draw({ held, down, held_deactivations: deactivations }, _params, again) {
    const isWell = held.length + down.length + deactivations.length === 0;
    return make(
      'section',
      {},
      make('div', { class: 'title' }, make('h2', {}, say('view.providers'))),
      isWell ? make('p', { class: 'panel soft' }, say('providersWell')) : null,
      make(
        'div',
        { class: 'cards' },
        held.map((one) => heldCard(one, again)),
        down.map(downCard),
        deactivations.map(deactivationCard),
      ),
    );
  },
};

function heldCard({ provider, cause, words, since, next_probe: probe }, again) {
  return make(
    'article',
    { class: 'panel' },
    make('div', { class: 'title' }, make('h3', {}, provider), pill(say('held'), 'bad')),
    facts([
      [say('cause'), named('cause', cause)],
      [say('itsWords'), words],
      [say('since'), moment(since)],
      [say('nextProbe'), moment(probe) ?? say('onlyByRelease')],
    ]),
    may('admin')
      ? make(
          'div',
          { class: 'buttons' },
          button(say('release'), () => releaseDialog(provider, again)),
        )
      : null,
  );
}

function releaseDialog(provider, again) {
  askReason({
    title: `${say('release')} · ${provider}`,
    hint: say('releaseHint'),
    act: async (reason) => {
      const { released } = await releaseProvider(provider, { reason });
      return [make('p', {}, say(released ? 'released' : 'notHeld'))];
    },
    closed: again,
  });
}

function downCard({ provider, since, failed_at: failed, reason, words }) {
  return make(
    'article',
    { class: 'panel' },
    make('div', { class: 'title' }, make('h3', {}, provider), pill(say('down'), 'bad')),
    facts([
      [say('since'), moment(since)],
      [say('lastFailure'), moment(failed)],
      [say('cause'), reason],
      [say('itsWords'), words],
    ]),
  );
}

function deactivationCard({ provider, devices, since }) {
  return make(
    'article',
    { class: 'panel' },
    make('div', { class: 'title' }, make('h3', {}, provider), pill(say('heldDevices', devices), 'bad')),
    make('p', {}, say('heldDevicesHint')),
    make('pre', {}, make('code', {}, 'npx waybell providers deactivations --help')),
    facts([[say('since'), moment(since)]]),
  );
}
