const RECEIPT_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;

/** Thrown when Waybell says no. `final`: the same request will not do better. */
export class RefusedError extends Error {
  constructor(message, status) {
    super(message);
    this.final = status >= 400 && status < 500;
  }
}

async function request(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || !answer.ok)
    throw new RefusedError(answer.message ?? `HTTP ${response.status}`, response.status);
  return answer;
}

function post(path, body) {
  return request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export const readConfig = () => request('/demo/config');

export const registerPhone = (cid, owner) =>
  post('/api/v1/push/register', { cid, ...owner, platform: 'web-demo', appid: 'default' });

/** A browser is known by the endpoint of its push subscription. */
export const registerBrowser = (endpoint, owner, subscription, installation) =>
  post('/api/v1/push/register', {
    cid: endpoint,
    ...owner,
    platform: 'web',
    provider: 'webpush',
    subscription,
    installation_id: installation,
  });

export const unregisterPhone = (cid) => post('/api/v1/push/unregister', { cid });

export const setBehaviour = (cid, mode) => post('/demo/behaviour', { cid, mode });

/** Sends the next webhook of the sample parcel, as `npm run send` does. */
export const sendWebhook = () => post('/demo/send', {});

export const retryDelivery = (messageId) =>
  post(`/api/v1/notifications/${encodeURIComponent(messageId)}/retry`, { reason: 'demo phone' });

/** Posts a receipt until it is stored or refused for good. */
export async function postReceipt(messageId, cid, event) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await post('/api/v1/push/receipts', { message_id: messageId, cid, event });
    } catch (error) {
      if (error.final || attempt === RECEIPT_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
    }
  }
}
