import { readConfig } from './api.js';
import { enableBrowserPhone } from './browser-phone.js';
import { createPhone } from './phone.js';
import { enableSending } from './send.js';
import { currentLanguage, onLanguageChange, setLanguage, setText, timeOfDay, translate } from './texts.js';

const PAUSE_MS = 2_000;

const connection = document.getElementById('connection');
const phones = new Map();
const seenEvents = new Set();

function showConnection(state, key) {
  connection.dataset.state = state;
  setText(connection, key);
}

function tick() {
  const now = new Date();
  const day = new Intl.DateTimeFormat(currentLanguage(), { weekday: 'long', month: 'long', day: 'numeric' });
  phones.forEach((phone) => phone.setClock(timeOfDay(now), day.format(now)));
}

function showLanguage() {
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === currentLanguage()));
  }
  tick();
}

/** The server may still be starting when the page is opened. */
async function configWhenReady() {
  for (;;) {
    try {
      return await readConfig();
    } catch {
      showConnection('bad', 'disconnected');
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

function addPhones(list) {
  const counts = {};
  for (const device of list) {
    const key = 'merchant_id' in device.owner ? 'merchant' : 'buyer';
    counts[key] = (counts[key] ?? 0) + 1;
    const phone = createPhone(device, { key, n: counts[key] });
    phones.set(device.cid, phone);
    document.getElementById('phones').append(phone.element);
  }
}

function listen() {
  const events = new EventSource('/demo/events');
  const on = (name, act) =>
    events.addEventListener(name, ({ data, lastEventId }) => {
      if (seenEvents.has(lastEventId)) return;
      seenEvents.add(lastEventId);
      const event = JSON.parse(data);
      const phone = phones.get(event.cid);
      if (phone) act(phone, event);
    });
  on('push', (phone, event) => phone.show(event));
  on('refused', (phone, event) => phone.showRefused(event));
  // Also after a restart of the server: whatever it forgot, it knows these phones again.
  events.addEventListener('open', () => {
    showConnection('good', 'connected');
    phones.forEach((phone) => phone.register());
  });
  events.addEventListener('error', () => {
    showConnection('bad', 'disconnected');
    // The browser tries again by itself, unless something else than a stream answered.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, PAUSE_MS);
  });
}

for (const button of document.querySelectorAll('[data-language]')) {
  button.addEventListener('click', () => setLanguage(button.dataset.language));
}
onLanguageChange(showLanguage);
translate(document);

const { temporalUrl, vapidPublicKey, phones: devices } = await configWhenReady();
const temporal = document.getElementById('temporal');
if (temporalUrl !== null) temporal.href = temporalUrl;
temporal.hidden = temporalUrl === null;
addPhones(devices);
showLanguage();
setInterval(tick, 1_000);
enableSending();
listen();
await enableBrowserPhone(vapidPublicKey, devices[0].owner);
