/**
 * Waybell in a uni-app, for apps on Android, iOS and HarmonyOS: says which phone is whose, opens the shop's page at a
 * tap, and says what was seen. With `phone.js`, and without a dependency, in the syntax and with the library of ES2015;
 * docs/phones.md shows its use, and what each platform can say.
 */

import { askClientId, describePhone, lack, pageOfLink } from './phone.js';

const DAY_MS = 24 * 60 * 60 * 1000;
/** How long a request, uni-push or the app's own session may take. */
const PATIENCE_MS = 10 * 1000;
const RETRY_DELAYS_MS = [1000, 2000, 4000, 8000, 16000];
/** A server that asks for a longer rest gets it: until the app is shown again. */
const LONGEST_WAIT_MS = 60 * 1000;
/** How long the first page of a dead app may take until a tap can open another. */
const PAGE_LOOKS = 100;
const PAGE_LOOK_MS = 100;
/** Receipts that could not be said yet. */
const KEPT_RECEIPTS = 50;
const KEPT_RECEIPT_MS = 7 * DAY_MS;

const INSTALLATION = 'waybell.installation';
const REGISTRATION = 'waybell.registration';
const RECEIPTS = 'waybell.receipts';

const POST = /** @type {const} */ ('POST');
const DONE = /** @type {const} */ ({ state: 'done' });
const REGISTERED = /** @type {const} */ ({ state: 'registered' });
const SIGNED_OUT = /** @type {const} */ ({ state: 'signed-out' });
const OVERTAKEN = /** @type {const} */ ({ state: 'overtaken' });
/** `retried`: of itself, when the app is shown or the network comes back. */
const failed = (code, words, retried) => /** @type {const} */ ({ state: 'failed', code, words, retried });
/** Apps and platforms throw what they like. */
const wordsOf = (error) => String((error && (error.message || error.errMsg)) || error);

/** @type {typeof import('./waybell').createWaybell} */
export function createWaybell(options) {
  const { url, appid = 'default', provider = 'unicloud', draws = true } = options;
  const { retryDelaysMs = RETRY_DELAYS_MS, log = (line) => console.warn(`[waybell] ${line}`) } = options;

  /** Counts what was asked for: an earlier wish that waits for its next try gives way to a later one. */
  let wish = 0;
  /** One after another, so that the last wish is the last that the server hears. */
  let queue = Promise.resolve(SIGNED_OUT);
  /** The session of a log-out that could not be said yet. */
  let owed = null;
  /** The token that somebody has logged out with: it may be there for a moment longer. */
  let left = '';
  /** At every launch the phone is registered, whatever is known of it. */
  let isLaunch = true;
  let isStopped = false;
  let telling = null;

  function start() {
    isStopped = false;
    const words = lack();
    if (words) {
      log(words);
    } else {
      uni.onPushMessage(hear);
      uni.onNetworkStatusChange(onNetwork);
    }
    return register();
  }

  function stop() {
    isStopped = true;
    wish += 1;
    uni.offPushMessage(hear);
    uni.offNetworkStatusChange(onNetwork);
  }

  function onNetwork({ isConnected }) {
    if (isConnected) register();
  }

  function register() {
    const settled = inTurn((isWanted) => settleOwed(isWanted).then(() => registerNow(isWanted)));
    settled.then(tellReceipts);
    return settled;
  }

  function unregister() {
    // Taken now: a moment later the app has none.
    owed = sessionOf(false).catch(() => null);
    owed.then((session) => {
      left = (session && session.accessToken) || '';
    });
    return inTurn(settleOwed);
  }

  function inTurn(act) {
    wish += 1;
    const turn = wish;
    const isWanted = () => turn === wish;
    queue = queue
      .then(() => (isWanted() ? act(isWanted) : OVERTAKEN))
      .catch((error) => failed('app', wordsOf(error), true))
      .then((standing) => {
        if (standing.state === 'failed') log(`${standing.code}: ${standing.words}`);
        return standing;
      });
    return queue;
  }

  const sessionOf = (expired) => within(PATIENCE_MS, () => options.session({ expired }));

  function registerNow(isWanted) {
    const words = lack();
    if (words) return /** @type {const} */ ({ state: 'no-device', words });
    return sessionOf(false).then((session) => {
      if (!session || (left && session.accessToken === left)) return SIGNED_OUT;
      return clientId(isWanted).then((found) =>
        found.cid ? registerAs(session, found.cid, isWanted) : found
      );
    });
  }

  function registerAs(session, cid, isWanted) {
    const { platform, appVersion, brand, notifications } = describePhone();
    const device = {
      cid,
      appid,
      user_id: session.userId || null,
      platform,
      provider,
      installation_id: installationId(),
      brand,
      notifications,
    };
    // A session that does not know the merchant says nothing of it: then that role of the person stays.
    if ('merchantId' in session) device.merchant_id = session.merchantId || null;
    const shape = JSON.stringify([device, appVersion]);
    if (!isLaunch && !isDue(stored(REGISTRATION), shape)) return REGISTERED;
    const debt = owed;
    return insist('register', device, session, isWanted).then((said) => {
      if (said !== DONE) return said;
      // The phone is somebody's again: what was owed for the last one is settled by that.
      if (owed === debt) owed = null;
      isLaunch = false;
      store(REGISTRATION, { cid, shape, at: Date.now() });
      return REGISTERED;
    });
  }

  function settleOwed(isWanted) {
    const known = stored(REGISTRATION);
    if (owed === null || !known) {
      owed = null;
      return Promise.resolve(SIGNED_OUT);
    }
    const debt = owed;
    // Whatever comes of it, the next registration is due.
    store(REGISTRATION, { cid: known.cid, shape: '', at: 0 });
    return debt
      .then((session) => insist('unregister', { cid: known.cid, appid }, session, isWanted))
      .then((said) => {
        if (said === OVERTAKEN || said.retried) return said;
        if (owed === debt) owed = null;
        uni.removeStorageSync(REGISTRATION);
        // Not known, or somebody else's by now: then it gets nothing for this person.
        return said === DONE || /^(device-unknown|not-your-device)$/.test(said.code) ? SIGNED_OUT : said;
      });
  }

  /** What uni-push calls this phone. It may need a moment after the first start. */
  function clientId(isWanted, tries = 0) {
    return within(PATIENCE_MS, askClientId)
      .catch((error) => ({ cid: '', errMsg: wordsOf(error) }))
      .then(({ cid, errMsg = 'the client id is empty' }) => {
        if (cid) return { cid };
        // What the manifest lacks comes with no try.
        const retried = !/not enabled|appid is required/i.test(errMsg);
        const failure = failed('no-client-id', errMsg, retried);
        return retried ? again(tries, 0, failure, isWanted, () => clientId(isWanted, tries + 1)) : failure;
      });
  }

  /** Asks until an answer says what became of it, a few times. */
  function insist(path, body, session, isWanted, tries = 0) {
    return post(path, body, session).then(({ status, code, words, waitMs }) => {
      if (status === 200) return DONE;
      // Who logs out has no other token.
      if (status === 401 && path !== 'unregister') {
        if (session.isFresh) return failed(code, words, true);
        return sessionOf(true).then((fresh) =>
          fresh ? insist(path, body, Object.assign({ isFresh: true }, fresh), isWanted, tries) : SIGNED_OUT
        );
      }
      const retried = status === 0 || status === 408 || status === 429 || status >= 500;
      const failure = failed(code, words, retried);
      const next = () => insist(path, body, session, isWanted, tries + 1);
      return retried ? again(tries, waitMs, failure, isWanted, next) : failure;
    });
  }

  function again(tries, waitMs, failure, isWanted, act) {
    const delay = retryDelaysMs[tries];
    if (delay === undefined || waitMs > LONGEST_WAIT_MS) return failure;
    // Half of it by chance: many phones come back at the same moment.
    return pause(Math.max(waitMs, delay * (0.5 + Math.random() / 2))).then(() =>
      isWanted() ? act() : OVERTAKEN
    );
  }

  function post(path, data, session) {
    const header = { 'content-type': 'application/json' };
    if (session && session.accessToken) header.Authorization = `Bearer ${session.accessToken}`;
    const request = { url: `${url}/api/v1/push/${path}`, method: POST, data, header, timeout: PATIENCE_MS };
    const ask = () =>
      new Promise((resolve, reject) => {
        uni.request(Object.assign({ success: resolve, fail: reject }, request));
      });
    return within(PATIENCE_MS, ask).then(answerOf, silence);
  }

  function hear({ type, data }) {
    const told = objectOf(data);
    const message = messageOf(told);
    if (!message) return;
    if (type === 'click') {
      report(message.notificationId, 'clicked');
      const page = options.pageOf ? options.pageOf(message) : pageOfLink(message.payload.link);
      if (page) open(page, PAGE_LOOKS);
    } else if (draws && !told.force_notification) {
      // With the flag uni-push puts it on the screen, and tells nobody whether it could.
      draw(message, told);
    }
  }

  function draw({ notificationId, payload }, { title, content }) {
    if (!content) return;
    uni.createPushMessage({
      title,
      content,
      payload,
      success: () => report(notificationId, 'shown'),
      fail: ({ errMsg }) => log(`a message could not be put on the screen: ${errMsg}`),
    });
  }

  /** A dead app is launched by the tap, and has no page yet. */
  function open(page, looks) {
    if (isStopped) return;
    if (getCurrentPages().length === 0 && looks > 0) {
      setTimeout(() => open(page, looks - 1), PAGE_LOOK_MS);
      return;
    }
    const fail = ({ errMsg }) => log(`a tap could not open its page: ${errMsg}`);
    uni.navigateTo({
      url: page,
      fail: ({ errMsg }) => {
        // The page of a tab takes no query; ten pages on the stack are the most.
        if (/tabbar/i.test(errMsg)) uni.switchTab({ url: page.split('?')[0], fail });
        else uni.reLaunch({ url: page, fail });
      },
    });
  }

  function report(notificationId, event) {
    if (lack()) return Promise.resolve();
    const { cid } = stored(REGISTRATION) || { cid: null };
    const receipt = { message_id: notificationId, cid, appid, event, at: new Date().toISOString() };
    const kept = keptReceipts();
    const isKept = kept.some((each) => isSame(each, receipt));
    if (!isKept) store(RECEIPTS, kept.concat(receipt).slice(-KEPT_RECEIPTS));
    return (telling || Promise.resolve()).then(tellReceipts);
  }

  function tellReceipts() {
    if (!telling) {
      const end = () => (telling = null);
      telling = tellNext().then(end, end);
    }
    return telling;
  }

  /** The oldest first, until none is left or one has to wait. */
  function tellNext() {
    const receipt = keptReceipts()[0];
    if (!receipt) return Promise.resolve();
    // One from before the first registration has no client id yet.
    const { cid } = receipt.cid ? receipt : stored(REGISTRATION) || { cid: null };
    if (!cid) return Promise.resolve();
    return sessionOf(false)
      .then((session) =>
        session ? insist('receipts', Object.assign({}, receipt, { cid }), session, () => true) : SIGNED_OUT
      )
      .then((said) => {
        if (said === SIGNED_OUT || said.retried) return undefined;
        if (said !== DONE) log(`a receipt is not taken: ${said.code}: ${said.words}`);
        const left = keptReceipts().filter((each) => !isSame(each, receipt));
        store(RECEIPTS, left);
        // A storage that keeps what it is told to forget would be read for ever.
        return keptReceipts().length === left.length ? tellNext() : undefined;
      });
  }

  return { start, register, unregister, report, stop };
}

/** A day is what uni-push and Waybell need to know that the phone is there still. */
function isDue(known, shape) {
  return !known || known.shape !== shape || Math.abs(Date.now() - known.at) >= DAY_MS;
}

const keptReceipts = () =>
  (stored(RECEIPTS) || []).filter(({ at }) => Date.now() - Date.parse(at) < KEPT_RECEIPT_MS);
const isSame = (one, other) => one.message_id === other.message_id && one.event === other.event;

/** Kept as long as the app's storage is: a new one stands for a new installation. */
function installationId() {
  const known = stored(INSTALLATION);
  if (known) return known;
  let id = '';
  // No secret, so that chance is enough; the app has no `crypto`.
  while (id.length < 32) id += Math.floor(Math.random() * 16).toString(16);
  store(INSTALLATION, id);
  return id;
}

function stored(key) {
  try {
    return uni.getStorageSync(key) || null;
  } catch (error) {
    return null;
  }
}

function store(key, value) {
  try {
    uni.setStorageSync(key, value);
  } catch (error) {
    // A full storage costs a registration more, or a receipt, and no message.
  }
}

const silence = (error) => ({ status: 0, code: 'network', words: wordsOf(error), waitMs: 0 });

function answerOf({ statusCode, data, header }) {
  const said = objectOf(data) || {};
  return {
    status: statusCode,
    code: said.code || `http-${statusCode}`,
    words: said.message || '',
    waitMs: retryAfterMs(header),
  };
}

/** Names of headers come in any case. Waybell says seconds. */
function retryAfterMs(header) {
  const name = Object.keys(header || {}).find((key) => key.toLowerCase() === 'retry-after');
  const seconds = name === undefined ? NaN : Number(header[name]);
  return seconds > 0 ? seconds * 1000 : 0;
}

/** The payload comes as an object or as its JSON, and on iOS it is sometimes all that comes. */
function messageOf(told) {
  const payload = told && (objectOf(told.payload) || told);
  const notificationId = payload && payload.notificationId;
  return typeof notificationId === 'string' && notificationId !== '' ? { notificationId, payload } : null;
}

function objectOf(value) {
  if (typeof value !== 'string') return typeof value === 'object' ? value : null;
  try {
    return objectOf(JSON.parse(value));
  } catch (error) {
    return null;
  }
}

const pause = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** What never answers counts as failed: it would hold up all that comes after it. */
function within(ms, act) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), ms);
    const end = (settle) => (value) => {
      clearTimeout(timer);
      settle(value);
    };
    new Promise((answer) => answer(act())).then(end(resolve), end(reject));
  });
}
