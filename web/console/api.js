/** Thrown when Waybell says no, in its own words. */
export class RefusedError extends Error {
  constructor({ code, message, explanation }, status) {
    super(message ?? `HTTP ${status}`);
    this.code = code ?? '';
    this.explanation = explanation;
  }
}

export const signals = new EventTarget();

async function request(method, path, body) {
  const response = await fetch(`/console${path}`, {
    method,
    // Marks what this page asks: a page of another site cannot send it.
    headers: { 'x-waybell-console': '1', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok && answer.ok) return answer;
  if (answer.code === 'session-missing') signals.dispatchEvent(new Event('logged-out'));
  throw new RefusedError(answer, response.status);
}

/** For `catch`: what stands in place of an answer where Waybell has refused with this code. */
export const noneIf = (code, none) => (error) => {
  if (error instanceof RefusedError && error.code === code) return none;
  throw error;
};

const query = (fields) => {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
};

export const readSession = () => request('GET', '/session');
export const logIn = (proof) => request('POST', '/session', proof);
export const logOut = () => request('POST', '/session/end', {});

export const readAttention = (filter) => request('GET', `/api/v1/attention${query(filter)}`);
export const readDeliveries = (name) => request('GET', `/api/v1/deliveries${query({ name })}`);
export const readMessages = (filter) => request('GET', `/api/v1/notifications${query(filter)}`);
export const readTimeLine = (trackingNo) =>
  request('GET', `/api/v1/parcels/${encodeURIComponent(trackingNo)}`);
export const readChannels = () => request('GET', '/api/v1/channels');
export const readProviders = () => request('GET', '/api/v1/providers');
export const readWords = () => request('GET', '/api/v1/words');
export const readLedger = (since) => request('GET', `/api/v1/ledger${query({ since })}`);

export const retryOne = (name, asked) =>
  request('POST', `/api/v1/deliveries/${encodeURIComponent(name)}/retry`, asked);
export const retryMany = (asked) => request('POST', '/api/v1/retries', asked);
export const readRetries = (id) => request('GET', `/api/v1/retries/${encodeURIComponent(id)}`);
export const linkParcel = (trackingNo, asked) =>
  request('POST', `/api/v1/parcels/${encodeURIComponent(trackingNo)}/link`, asked);
export const releaseProvider = (name, asked) =>
  request('POST', `/api/v1/providers/${encodeURIComponent(name)}/release`, asked);
