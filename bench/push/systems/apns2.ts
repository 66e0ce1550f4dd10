import { CONTENT, TITLE } from '../batch';
import { APPLE, collapseIdOf, expiryNow } from './system';
import type { OpenSystem } from './system';

/** Those that it gives its pool itself, in version 12.2.0. */
const POOL_OPTIONS = { connections: 32, pipelining: 1, allowH2: true, maxConcurrentStreams: 100 };

export const openApns2: OpenSystem = async ({ urls, keys }) => {
  const { ApnsClient, Notification } = await import('apns2');
  const client = new ApnsClient({
    ...{ team: APPLE.teamId, keyId: APPLE.keyId, signingKey: keys.apns, defaultTopic: APPLE.topic },
    host: new URL(urls.apns).hostname,
  });
  // It knows port 443 only: its pool is made anew for the port of the fake, with all else as it was.
  const Pool = client.client.constructor as new (url: string, options: object) => typeof client.client;
  await client.client.close();
  client.client = new Pool(urls.apns, POOL_OPTIONS);

  return async function push(target) {
    const notification = new Notification(target, {
      alert: { title: TITLE, body: CONTENT },
      sound: 'default',
      data: { notificationId: target },
      collapseId: collapseIdOf(target),
      expiration: expiryNow(),
    });
    await client.send(notification);
  };
};
