import { noneIf, readMessages } from './api.js';
import { make, pill } from './dom.js';
import { say } from './texts.js';
import { audience, moment, named } from './words.js';

/** What a name may be that is none of a parcel, a message or a workflow, and where messages have it. */
const FIELDS = { order: 'order_id', person: 'recipient_id', device: 'cid' };
export const ABOUT = Object.keys(FIELDS);
/** As many as a person reads; the newest. */
const MOST = 50;
const SETTLED = ['success', 'superseded'];

/**
 * The messages of an order, to a person or on a phone of that name, what has not reached its people first.
 * @param about which of these it is; any, where nobody has said it
 */
export async function findTold(name, about) {
  const found = await Promise.all(
    (about === undefined ? ABOUT : [about]).map((one) =>
      // What is no id of this shop, or too long for one, names nobody.
      readMessages({ [FIELDS[one]]: name, limit: MOST }).catch(noneIf('field-invalid', NONE)),
    ),
  );
  const all = new Map(
    found.flatMap(({ notifications }) => notifications).map((one) => [one.message_id, one]),
  );
  return [...all.values()].sort(
    (one, other) => rankOf(one) - rankOf(other) || other.created_at.localeCompare(one.created_at),
  );
}

const NONE = { notifications: [] };
const rankOf = ({ send_status: sent }) => Number(SETTLED.includes(sent));

export const FAILED = ['failed', 'no-targets', 'partial'];

/** How far a message got. */
export const sentPill = (sent) =>
  pill(named('outcome', sent ?? ''), FAILED.includes(sent) ? 'bad' : sent === 'success' ? 'good' : 'waiting');

/** Each with a link to its parcel. */
export function toldList(told, name) {
  return make(
    'section',
    {},
    make('div', { class: 'title' }, make('h2', {}, say('messagesOf', name))),
    make('ul', { class: 'rows' }, told.map(row)),
    told.length < MOST ? null : make('p', { class: 'soft' }, say('newestOnly')),
  );
}

function row(message) {
  const { message_id: id, workflow_id: workflowId, send_status: sent, order_id: order } = message;
  return make(
    'li',
    { class: 'panel' },
    make(
      'div',
      { class: 'row-head' },
      sentPill(sent),
      make(
        'a',
        { class: 'number', href: `/console?${new URLSearchParams({ name: workflowId ?? id })}` },
        [message.carrier, message.tracking_no ?? id].filter(Boolean).join(' '),
      ),
      message.status === null ? null : make('strong', {}, named('status', message.status)),
      make('span', { class: 'soft' }, `${audience(message.aud) ?? ''} ${message.recipient_id ?? ''}`),
    ),
    order === null ? null : make('p', { class: 'soft' }, `${say('order')} ${order}`),
    make('p', { class: 'when' }, moment(message.created_at)),
  );
}
