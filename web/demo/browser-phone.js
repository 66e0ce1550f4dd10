import { registerBrowser, unregisterPhone } from './api.js';
import { setText } from './texts.js';

const INSTALLATION = 'waybell-demo-installation';

const panel = document.getElementById('browser');
const button = document.getElementById('browser-switch');
const result = document.getElementById('browser-result');

/** Lets this very browser be a phone of `owner`: a service worker shows what Waybell pushes to it. */
export async function enableBrowserPhone(vapidPublicKey, owner) {
  if (!vapidPublicKey || !('serviceWorker' in navigator) || !('PushManager' in window)) return;
  panel.hidden = false;
  // A private window may refuse one.
  const worker = await activeWorker().catch(({ message }) => show('bad', 'browserFailed', message));
  if (!worker) return;
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    const subscription = await subscriptionOf(worker, vapidPublicKey);
    await (subscription ? leave(subscription) : join(worker, vapidPublicKey, owner)).catch((error) =>
      show('bad', 'browserFailed', error.message),
    );
    button.ariaDisabled = 'false';
  });
  const subscription = await subscriptionOf(worker, vapidPublicKey);
  if (subscription) await register(subscription, vapidPublicKey, owner).catch(() => undefined);
}

/** Not `serviceWorker.ready`: that waits for a worker which controls this page, and ours only shows pushes. */
async function activeWorker() {
  const registration = await navigator.serviceWorker.register('/demo/service-worker.js', { type: 'module' });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  while (worker.state !== 'activated') {
    await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
  }
  return registration;
}

/** What was made with another key than today's is of no use to anybody, and keeps the browser from a new one. */
async function subscriptionOf(worker, vapidPublicKey) {
  const subscription = await worker.pushManager.getSubscription();
  if (!subscription || base64url(subscription.options.applicationServerKey) === vapidPublicKey)
    return subscription;
  await subscription.unsubscribe();
  return null;
}

function base64url(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function join(worker, vapidPublicKey, owner) {
  show('waiting', 'registering');
  if ((await Notification.requestPermission()) !== 'granted') return show('bad', 'browserDenied');
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: vapidPublicKey,
  });
  await register(subscription, vapidPublicKey, owner);
}

async function register(subscription, vapidPublicKey, owner) {
  const { endpoint, keys } = subscription.toJSON();
  await registerBrowser(endpoint, owner, { ...keys, vapid_key: vapidPublicKey }, installation());
  show('good', 'browserReady');
  setText(button, 'browserOff');
}

async function leave(subscription) {
  await unregisterPhone(subscription.endpoint);
  await subscription.unsubscribe();
  show('waiting', 'browserHint');
  setText(button, 'browserOn');
}

/** A browser that subscribes anew has another endpoint; by this Waybell knows that it is the same phone. */
function installation() {
  const known = localStorage.getItem(INSTALLATION) ?? crypto.randomUUID();
  localStorage.setItem(INSTALLATION, known);
  return known;
}

function show(state, key, words) {
  result.dataset.state = state;
  setText(result, key, words);
}
