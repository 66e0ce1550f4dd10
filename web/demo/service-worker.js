import { postReceipt } from './api.js';

/** A push arrived, and the browser may have been closed: shows it, and says so. */
self.addEventListener('push', (event) => {
  const { notificationId, title, body, tag } = event.data.json();
  const shown = self.registration.showNotification(title, {
    body,
    tag,
    icon: '/demo/bell.svg',
    data: { notificationId },
  });
  event.waitUntil(shown.then(() => say(notificationId, 'shown')));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { notificationId } = event.notification.data;
  event.waitUntil(Promise.all([self.clients.openWindow('/demo'), say(notificationId, 'clicked')]));
});

/** Under the cid by which Waybell knows this browser: its endpoint, which nobody else knows. */
async function say(notificationId, what) {
  const subscription = await self.registration.pushManager.getSubscription();
  if (subscription) await postReceipt(notificationId, subscription.endpoint, what);
}
