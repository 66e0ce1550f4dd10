import { linkOrder, readDeliveries, readTimeLine, RefusedError } from './api.js';
import { askReason } from './dialog.js';
import { button, facts, linkOut, make, pill } from './dom.js';
import { retryDelivery } from './retry.js';
import { may } from './session.js';
import { say } from './texts.js';
import { timeLine } from './time-line.js';
import { audience, inWords, moment, named } from './words.js';

/** All that is known of a parcel, and what can be done about it. */
export const parcel = {
  async load({ name }) {
    const { deliveries, refused } = await readDeliveries(name).catch((error) => {
      if (error instanceof RefusedError && error.code === 'delivery-unknown')
        return { deliveries: [], refused: [] };
      throw error;
    });
    // The number as it was typed may be one that the shop has and nothing was said of.
    const number = deliveries[0]?.tracking_no ?? (/^[\w-]{1,64}$/.test(name) ? name : null);
    const { parcels } = number === null ? { parcels: [] } : await readTimeLine(number);
    return { deliveries, refused, parcels };
  },

  draw({ deliveries, refused, parcels }, { name }, again) {
    if (deliveries.length + refused.length + parcels.length === 0) return nothing(name);
    const [first] = deliveries;
    const number = first?.tracking_no ?? parcels[0]?.tracking_no ?? name;
    return make(
      'section',
      {},
      make(
        'div',
        { class: 'title' },
        make('h2', {}, [first?.carrier ?? parcels[0]?.carrier, number].filter(Boolean).join(' ')),
      ),
      facts([[say('order'), parcels.map(({ order_id: order }) => order ?? say('none')).join(', ')]]),
      parcels.slice(0, 1).map(({ for_customer: sentence }) => customerSentence(sentence)),
      deliveries.map((delivery) => deliveryCard(delivery, again)),
      refused.length === 0 ? null : refusals(refused),
      parcels.map((one) => timeLine(one)),
    );
  },
};

function nothing(name) {
  return make(
    'section',
    { class: 'panel' },
    make('h2', {}, say('nothingFound', name)),
    make('p', {}, say('nothingFoundHint')),
    make('p', {}, make('a', { href: '/console?view=channels' }, say('view.channels'))),
  );
}

/** One sentence in each language, to be pasted where the customer is. */
function customerSentence(sentence) {
  return make(
    'section',
    { class: 'panel customer' },
    make('h3', {}, say('forCustomer')),
    ['zh', 'en'].map((language) => {
      const done = make('span', { class: 'soft', role: 'status' });
      return make(
        'div',
        { class: 'sentence' },
        make('p', { lang: language }, sentence[language]),
        button(say('copy'), async () => {
          await navigator.clipboard.writeText(sentence[language]);
          done.textContent = say('copied');
        }),
        done,
      );
    }),
  );
}

const STATE_PILLS = { open: 'waiting', kept: 'waiting', closed: 'good' };
const FAILED = ['failed', 'no-targets', 'partial'];

function deliveryCard(delivery, again) {
  const { workflow_id: id, status, state, outcome, since, explanation, waits, problem } = delivery;
  const lacksOrder = waits.some(({ kind }) => kind === 'order-not-found');
  const isBad = waits.length > 0 || problem !== null || FAILED.includes(outcome);
  return make(
    'article',
    { class: 'panel delivery' },
    make(
      'div',
      { class: 'title' },
      make('h3', {}, status === null ? say('toldNothing') : named('status', status)),
      pill(named('state', state), isBad ? 'bad' : STATE_PILLS[state]),
      outcome === null ? null : pill(named('outcome', outcome), FAILED.includes(outcome) ? 'bad' : 'waiting'),
      make('span', { class: 'when' }, moment(since)),
      linkOut(delivery.temporal_ui, 'Temporal'),
    ),
    explanation === null ? null : make('p', { class: 'explanation' }, inWords(explanation)),
    problem === null
      ? null
      : make(
          'p',
          { class: 'problem' },
          say('failing'),
          ` ${problem.step}: ${problem.words} (${problem.attempts})`,
        ),
    delivery.withheld.map(({ audience: who, explanation: why }) =>
      make('p', {}, `${audience(who)}: ${inWords(why)}`),
    ),
    waits.map(({ kind, audience: who, until }) =>
      make(
        'p',
        { class: 'wait' },
        make('strong', {}, [audience(who), named('kind', kind)].filter(Boolean).join(': ')),
        ` — ${say('endsBy')} ${named('endsBy', kind)} (`,
        say('until'),
        ' ',
        moment(until),
        ')',
      ),
    ),
    messagesOf(delivery),
    make(
      'div',
      { class: 'buttons' },
      lacksOrder && may('link') && delivery.tracking_no !== null
        ? button(say('link'), () => linkDialog(delivery, again))
        : null,
      may('retry') && state !== 'kept' ? button(say('retry'), () => retryDelivery(id, again)) : null,
    ),
  );
}

/** Of what has ended they are not in the way; they are opened where somebody asks. */
function messagesOf({ state, notifications }) {
  const shown = notifications.map(message);
  if (state !== 'closed' || notifications.length === 0) return shown;
  return make('details', {}, make('summary', {}, say('messages')), shown);
}

function message({ aud, recipient_id: whom, title, body, send_status: sent, explanation, pushes }) {
  return make(
    'div',
    { class: 'message' },
    make(
      'div',
      { class: 'row-head' },
      make('strong', {}, `${audience(aud) ?? ''} ${whom ?? ''}`),
      pill(
        named('outcome', sent ?? ''),
        FAILED.includes(sent) ? 'bad' : sent === 'success' ? 'good' : 'waiting',
      ),
      make('span', { class: 'soft' }, [title, body].filter(Boolean).join(' — ')),
    ),
    make('p', { class: 'explanation' }, inWords(explanation)),
    pushes.length === 0
      ? null
      : make(
          'ul',
          { class: 'phones' },
          // Who has failed comes first: it is why somebody asks.
          [...pushes]
            .sort((one, other) => Number(one.state === 'accepted') - Number(other.state === 'accepted'))
            .map(phone),
        ),
  );
}

const PUSH_PILLS = { accepted: 'good', failed: 'bad', deactivated: 'bad' };

function phone({
  cid,
  provider,
  state,
  code,
  words,
  attempts,
  answered_at: answered,
  shown_at: shown,
  clicked_at: clicked,
  explanation,
}) {
  return make(
    'li',
    {},
    make(
      'div',
      { class: 'row-head' },
      make('code', {}, `…${cid.slice(-4)}`),
      make('span', {}, provider),
      pill(named('push', state), PUSH_PILLS[state] ?? 'waiting'),
      make('span', { class: 'soft' }, say('tries', attempts)),
      shown === null ? null : pill(clicked === null ? say('shown') : say('clicked'), 'good'),
    ),
    make('p', {}, inWords(explanation)),
    words === null || words === '' ? null : make('p', { class: 'soft' }, `${code ?? ''} ${words}`),
    answered === null ? null : make('p', { class: 'when' }, moment(answered)),
  );
}

function linkDialog({ carrier, tracking_no: trackingNo }, again) {
  const order = make('input', { required: true, maxlength: 128, autocomplete: 'off' });
  askReason({
    title: say('link'),
    hint: `${carrier} ${trackingNo}`,
    fields: [make('label', {}, make('span', {}, say('order')), order)],
    act: async (reason) => {
      const { woken } = await linkOrder({ carrier, trackingNo }, { order_id: order.value.trim(), reason });
      return [make('p', {}, say('linked', woken))];
    },
    closed: again,
  });
}

/** Requests about this number that nobody accepted. */
function refusals(refused) {
  return make(
    'section',
    { class: 'panel' },
    make('h3', {}, say('refusedRequests')),
    make(
      'ul',
      {},
      refused.map(({ source, channel, explanation, times, last_at: last }) =>
        make(
          'li',
          {},
          make('strong', {}, `${source} ${channel ?? ''}`),
          ` × ${times} · `,
          moment(last),
          make('p', {}, inWords(explanation)),
        ),
      ),
    ),
  );
}
