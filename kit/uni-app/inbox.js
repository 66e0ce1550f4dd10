/**
 * The messages and the parcels of whoever is signed in, in a uni-app on every platform, H5 and mini-programs among
 * them: what the pages of an app show. One file without a dependency, in the syntax and with the library of ES2015;
 * docs/phones.md shows its use.
 */

/** How long a request may take. */
const PATIENCE_MS = 10 * 1000;
/** The server marks a thousand in one request; more than this is a mistake that would never end. */
const MOST_MARKS = 20;

/** @type {typeof import('./inbox').createInbox} */
export function createInbox({ url, session, merchantId }) {
  const whose = merchantId ? { merchant_id: merchantId } : {};

  return {
    messages({ unread, before, limit } = {}) {
      return ask('GET', `notifications${query(Object.assign({ unread, before, limit }, whose))}`);
    },
    mark(messageIds, read = true) {
      const ids = typeof messageIds === 'string' ? [messageIds] : messageIds;
      return ask('POST', 'notifications/read', Object.assign({ message_ids: ids, read }, whose));
    },
    markAll(until) {
      return markUntil(until, MOST_MARKS);
    },
    parcels({ trackingNo, orderId, before, limit } = {}) {
      return ask('GET', `parcels${query({ tracking_no: trackingNo, order_id: orderId, before, limit })}`);
    },
  };

  function markUntil(until, left) {
    return ask('POST', 'notifications/read', Object.assign({ until }, whose)).then((said) =>
      said.more && left > 1 ? markUntil(until, left - 1) : said
    );
  }

  /** @returns {Promise<any>} */
  function ask(method, path, data) {
    return sessionOf(false).then((own) =>
      send(method, path, data, own).catch((error) => {
        if (error.status !== 401) throw error;
        // A token that ran out: the app gets another one, once.
        return sessionOf(true).then((fresh) => send(method, path, data, fresh));
      })
    );
  }

  function sessionOf(expired) {
    return Promise.resolve(session({ expired })).then((own) => {
      if (!own) throw failure(0, 'signed-out', 'nobody is signed in');
      return own;
    });
  }

  function send(method, path, data, own) {
    const header = data ? { 'content-type': 'application/json' } : {};
    if (own.accessToken) Object.assign(header, { Authorization: `Bearer ${own.accessToken}` });
    return new Promise((resolve, reject) => {
      const request = { url: `${url}/api/v1/push/${path}`, method, data, header, timeout: PATIENCE_MS };
      const success = ({ statusCode, data: said }) => {
        const answer = objectOf(said);
        if (statusCode === 200 && answer.ok) resolve(answer);
        else reject(failure(statusCode, answer.code || `http-${statusCode}`, answer.message || ''));
      };
      uni.request(
        Object.assign({ success, fail: ({ errMsg }) => reject(failure(0, 'network', errMsg)) }, request)
      );
    });
  }
}

const failure = (status, code, words) => Object.assign(new Error(`${code}: ${words}`), { status, code });

function query(fields) {
  const given = Object.keys(fields).filter((name) => fields[name] !== undefined && fields[name] !== null);
  return given
    .map((name, index) => `${index ? '&' : '?'}${name}=${encodeURIComponent(fields[name])}`)
    .join('');
}

/** Some platforms hand JSON on as text. */
function objectOf(said) {
  if (typeof said !== 'string') return said || {};
  try {
    return JSON.parse(said) || {};
  } catch (error) {
    return {};
  }
}
