import { randomUUID } from 'node:crypto';
import { CONTENT, TITLE } from '../batch';
import { APPLE, collapseIdOf, expiryNow, TIMEOUT_MS } from './system';
import type { OpenSystem } from './system';

export const openNodeApn: OpenSystem = async ({ urls, keys }) => {
  const { Notification, Provider } = await import('@parse/node-apn');
  const { hostname, port } = new URL(urls.apns);
  const provider = new Provider({
    token: { key: keys.apns, keyId: APPLE.keyId, teamId: APPLE.teamId },
    address: hostname,
    port: Number(port),
    requestTimeout: TIMEOUT_MS,
  });

  return async function push(target) {
    const notification = Object.assign(new Notification(), {
      id: randomUUID(),
      topic: APPLE.topic,
      pushType: 'alert',
      expiry: expiryNow(),
      collapseId: collapseIdOf(target),
      sound: 'default',
      alert: { title: TITLE, body: CONTENT },
      payload: { notificationId: target },
    });
    const { failed } = await provider.send(notification, target);
    if (failed.length > 0) throw new Error(`@parse/node-apn: ${JSON.stringify(failed)}`);
  };
};
