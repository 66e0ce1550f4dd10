import { linkParcel, noneIf, readDeliveries, readTimeLine } from './api.js';
import { askReason } from './dialog.js';
import { button, copyButton, facts, linkOut, make, pill } from './dom.js';
import { retryDelivery } from './retry.js';
import { may } from './session.js';
import { say } from './texts.js';
import { timeLine } from './time-line.js';
import { FAILED, findTold, sentPill, toldList } from './told.js';
import { audience, inWords, moment, named } from './words.js';

/** All that is known of a parcel, and what can be done about it. */
export const parcel = {
  async load({ name, about }) {
    const known = about === undefined ? await readParcel(name) : NOTHING;
    if (isKnown(known)) return known;
    const told = await findTold(name, about);
    const [only, ...more] = new Set(told.map(({ workflow_id: id }) => id));
    return only && more.length === 0 ? readParcel(only) : { ...NOTHING, told };
  },

  draw({ deliveries, refused, parcels, told }, { name }, again) {
    if (told.length > 0) return toldList(told, name);
    if (!isKnown({ deliveries, refused, parcels })) return nothing(name);
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

const NOTHING = { deliveries: [], refused: [], parcels: [], told: [] };

const isKnown = ({ deliveries, refused, parcels }) => deliveries.length + refused.length + parcels.length > 0;

/** What is known under a number, or of the delivery with this id or message. */
async function readParcel(name) {
  const { deliveries, refused } = await readDeliveries(name).catch(noneIf('delivery-unknown', NOTHING));
  // The number as it was typed may be one that the shop has and nothing was said of.
  const number = deliveries[0]?.tracking_no ?? (/^[\w-]{1,64}$/.test(name) ? name : null);
  const { parcels } =
    number === null ? NOTHING : await readTimeLine(number).catch(noneIf('field-invalid', NOTHING));
  return { ...NOTHING, deliveries, refused, parcels };
}

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
      const words = make('p', { lang: language }, sentence[language]);
      return make('div', { class: 'sentence' }, words, copyButton(words));
    }),
  );
}

const STATE_PILLS = { open: 'waiting', kept: 'waiting', closed: 'good' };

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
          ` ${named('step', problem.step)}${say('colon')}${problem.words} (${problem.attempts})`,
        ),
    delivery.withheld.map(({ audience: who, explanation: why }) =>
      make('p', {}, `${audience(who)}${say('colon')}${inWords(why)}`),
    ),
    delivery.contradictions.map(({ explanation: why }) => make('p', {}, inWords(why))),
    waits.map(({ kind, audience: who, until }) =>
      make(
        'p',
        { class: 'wait' },
        make('strong', {}, [audience(who), named('kind', kind)].filter(Boolean).join(say('colon'))),
        ` — ${say('endsBy', named('endsBy', kind))} — ${say('until')} `,
        moment(until),
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
      sentPill(sent),
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
  const replace = make('input', { type: 'checkbox' });
  const link = (reason, dryRun) =>
    linkParcel(trackingNo, {
      ...{ carrier, order_id: order.value.trim(), replace: replace.checked },
      ...{ reason, dry_run: dryRun },
    });
  askReason({
    title: say('link'),
    hint: `${carrier} ${trackingNo}`,
    fields: [
      make('label', {}, make('span', {}, say('order')), order),
      make('label', { class: 'check' }, replace, make('span', {}, say('replace'))),
    ],
    look: async (reason) => {
      const { order_before: before, woken } = await link(reason, true);
      return [facts([[say('orderBefore'), before]]), make('p', {}, say('wouldGoOn', woken))];
    },
    act: async (reason) => {
      const { woken } = await link(reason, false);
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
