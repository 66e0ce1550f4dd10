import { postReceipt, RefusedError, registerPhone, retryDelivery, setBehaviour } from './api.js';
import { setText, setTime, setWords, translate } from './texts.js';

const MOST_CARDS = 50;
const CAUSES = { refuse: 'refused', busy: 'busy', dead: 'dead' };

function fromTemplate(id) {
  const element = document.getElementById(id).content.firstElementChild.cloneNode(true);
  translate(element);
  return element;
}

function setState(element, state, key, n) {
  element.dataset.state = state;
  setText(element, key, n);
}

/** Resolves once a person can see the page: what nobody sees is not shown. */
function pageVisible() {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
}

/** One phone with a lock screen. `name` is the key and number of what stands under it. */
export function createPhone({ cid, owner, mode }, name) {
  const element = fromTemplate('phone-template');
  const part = (selector) => element.querySelector(selector);
  const cards = part('.cards');
  const registration = part('.registration');
  const refuse = part('.refuse');
  const refusedCards = new Map();
  const seenRequests = new Set();
  // One after the other, so that "clicked" never overtakes "shown".
  let receipts = Promise.resolve();

  element.dataset.kind = name.key;
  setText(part('.name'), name.key, name.n);
  part('.cid').textContent = cid;
  part('.owner').textContent = Object.values(owner)[0];
  refuse.checked = mode !== 'ok';
  refuse.addEventListener('change', async () => {
    const wanted = refuse.checked;
    await setBehaviour(cid, wanted ? 'refuse' : 'ok').catch(() => (refuse.checked = !wanted));
  });

  function add(card) {
    cards.prepend(card);
    while (cards.children.length > MOST_CARDS) cards.lastElementChild.remove();
    element.classList.add('has-cards');
  }

  function sendReceipt(card, messageId, event) {
    const receipt = card.querySelector('.card-receipt');
    receipts = receipts.then(async () => {
      try {
        const stored = await postReceipt(messageId, cid, event);
        if (stored.clicked_at) setState(receipt, 'clicked', 'receiptClicked');
        else setState(receipt, 'shown', 'receiptShown');
      } catch (error) {
        setState(receipt, 'refused', 'receiptRefused');
        receipt.title = error.message;
      }
    });
  }

  return {
    element,

    async register() {
      try {
        await registerPhone(cid, owner);
        setState(registration, 'good', 'registered');
      } catch (error) {
        setState(registration, 'bad', 'notRegistered');
        registration.title = error.message;
      }
    },

    /** A push arrived: shows it and says so. */
    async show({ messageId, requestId, title, content, at }) {
      // A real phone drops a repeated request id too; the function forgets them when it restarts.
      if (requestId && seenRequests.has(requestId)) return;
      seenRequests.add(requestId);
      refusedCards.get(messageId)?.remove();
      refusedCards.delete(messageId);

      const card = fromTemplate('card-template');
      card.querySelector('.card-title').textContent = title;
      card.querySelector('.card-content').textContent = content;
      setTime(card.querySelector('.card-time'), at);
      card
        .querySelector('.card-open')
        .addEventListener('click', () => sendReceipt(card, messageId, 'clicked'));
      const receipt = card.querySelector('.card-receipt');
      if (document.visibilityState !== 'visible') setState(receipt, 'waiting', 'receiptHidden');
      add(card);
      await pageVisible();
      sendReceipt(card, messageId, 'shown');
    },

    /** The function refused a push: shows what a real phone never would. */
    showRefused({ messageId, title, mode: cause, at }) {
      const before = refusedCards.get(messageId);
      const times = Number(before?.dataset.times ?? 0) + 1;
      before?.remove();

      const card = fromTemplate('refused-template');
      card.dataset.times = times;
      card.querySelector('.card-title').textContent = title;
      setTime(card.querySelector('.card-time'), at);
      const words = card.querySelector('.card-words');
      const again = cause === 'refuse' && times > 1;
      setText(card.querySelector('.card-cause'), again ? 'refusedTimes' : CAUSES[cause], times);
      card.querySelector('.retry').addEventListener('click', async () => {
        setText(words, 'retrying');
        await retryDelivery(messageId).then(
          ({ message }) => setWords(words, message),
          (error) =>
            error instanceof RefusedError ? setWords(words, error.message) : setText(words, 'unreachable'),
        );
      });
      refusedCards.set(messageId, card);
      add(card);
    },

    setClock(time, date) {
      for (const place of ['.status-time', '.clock-time']) part(place).textContent = time;
      part('.clock-date').textContent = date;
    },
  };
}
