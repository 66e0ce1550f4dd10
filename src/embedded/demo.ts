import { Router } from 'express';
import { z } from 'zod';
import { RefusedError, type Addressee } from '../api/ask';
import { addRoute } from '../api/operation';
import { pageRoutes } from '../api/own-files';
import { BODY_ROOMS, bodyBytes, readBody } from '../api/request-body';
import { checkFields, readJson } from '../api/request-input';
import type { Config } from '../config/config';
import { deliveriesLink } from '../deliveries/link';
import { webPushKey } from '../push/settings';
import { BEHAVIOURS, createCloudFunction } from './cloud-function';
import { DEMO_PHONES } from './demo-phones';
import { createEventFeed } from './event-feed';
import { sendWebhook } from './sample-carrier';
import { nextWebhook } from './sample-parcel';

const cid = z.string().min(1).max(128);
const behaviourFields = z.object({ cid, mode: z.enum(BEHAVIOURS) });
const eventsFields = z.object({ cid: cid.optional() });
// No field, but JSON all the same: a page of another origin cannot send that without being allowed to.
const sendFields = z.object({});

export type DemoSettings = Addressee &
  Pick<Config, 'temporalUiUrl' | 'temporalNamespace' | 'dataDir' | 'push'>;

/**
 * The demo phones and the cloud function that pushes to them, to be mounted at `/demo`. For the embedded
 * parts only: everything is in memory, and nobody is asked who he is.
 */
export function createDemo(config: DemoSettings): Router {
  const feed = createEventFeed();
  const cloudFunction = createCloudFunction({
    deliver(push) {
      feed.publish('push', push.cid, { ...push, at: new Date().toISOString() });
    },
    refused(push, mode) {
      feed.publish('refused', push.cid, { ...push, mode, at: new Date().toISOString() });
    },
    isOnline: () => feed.hasFollowers(),
  });

  const router = Router();
  router.use(pageRoutes('demo'));
  router.use(['/cloud-function', '/behaviour', '/send'], readBody(BODY_ROOMS.strangers));
  addRoute(router, '/cloud-function', {
    post(request, response) {
      const { body, delayMs } = cloudFunction.call(bodyBytes(request).toString('utf8'));
      const answer = setTimeout(() => response.json(body), delayMs);
      response.on('close', () => clearTimeout(answer));
    },
  });
  addRoute(router, '/behaviour', {
    post(request, response) {
      const asked = readJson(request, behaviourFields);
      cloudFunction.behave(asked.cid, asked.mode);
      response.json({ ok: true, ...asked });
    },
  });
  addRoute(router, '/send', {
    async post(request, response) {
      readJson(request, sendFields);
      const webhook = await nextWebhook(config.dataDir, {}, new Date());
      try {
        response.json({ ...(await sendWebhook(config, webhook)), webhook: webhook.body });
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        response.status(error.status).json(error.problem);
      }
    },
  });
  addRoute(router, '/events', {
    get(request, response) {
      feed.follow(request, response, checkFields(eventsFields, request.query).cid);
    },
  });
  addRoute(router, '/config', {
    get(_request, response) {
      response.json({
        ok: true,
        temporalUrl: deliveriesLink(config),
        vapidPublicKey: webPushKey(config.push),
        phones: DEMO_PHONES.map((phone) => ({ ...phone, mode: cloudFunction.behaviourOf(phone.cid) })),
      });
    },
  });
  return router;
}
