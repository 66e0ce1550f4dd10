import { CONTENT, TITLE } from '../batch';
import { browserOf, collapseIdOf, SUBJECT, TIME_TO_LIVE_SECONDS, TIMEOUT_MS } from './system';
import type { OpenSystem } from './system';

export const openWebPush: OpenSystem = async (stage) => {
  const { default: webPush } = await import('web-push');
  const { vapid, browser } = stage.keys;
  webPush.setVapidDetails(SUBJECT, vapid.publicKey, vapid.privateKey);
  const keys = { p256dh: browser.publicKey, auth: browser.auth };

  return async function push(target) {
    const topic = collapseIdOf(target);
    const payload = JSON.stringify({ notificationId: target, title: TITLE, body: CONTENT, tag: topic });
    await webPush.sendNotification({ endpoint: browserOf(target, stage), keys }, payload, {
      TTL: TIME_TO_LIVE_SECONDS,
      urgency: 'high',
      topic,
      timeout: TIMEOUT_MS,
    });
  };
};
