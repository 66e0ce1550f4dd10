import express, { Router } from 'express';
import helmet from 'helmet';
import { authenticate } from './auth';
import type { ApiDependencies } from './dependencies';
import { descriptionRoutes } from './description';
import { addDeviceRoutes } from './devices';
import { answerErrors, refuseUnknownRoute } from './error-handler';
import { healthRoutes } from './health';
import { createMetrics } from './metrics';
import { addNotificationRoutes } from './notifications';
import { addReceiptRoutes } from './receipts';
import { logRequests } from './request-log';
import { addWaybillRoutes } from './waybills';
import { webhookRoutes } from './webhooks';

/** The whole HTTP API: one router per audience. It starts workflows and never pushes. */
export function createApp(deps: ApiDependencies): express.Express {
  const app = express();
  app.disable('x-powered-by');
  const metrics = createMetrics();
  app.use(logRequests(deps.log));
  app.use(metrics.measure);
  app.use(securityHeaders());
  app.use(healthRoutes(deps));
  app.use(descriptionRoutes());
  if (deps.demo) app.use('/demo', deps.demo);
  app.use(webhookRoutes(deps));
  // By prefix, not by route: who has no key does not learn which routes there are.
  app.use('/api/v1/push', authenticate(deps.config, { persons: true }));
  app.use(appRoutes(deps));
  app.use(['/api/v1', '/metrics'], authenticate(deps.config, { persons: false }));
  app.use(shopRoutes(deps));
  app.use(metrics.routes);
  app.use(refuseUnknownRoute);
  app.use(answerErrors(deps.log));
  return app;
}

/** Nothing but our own files, nothing inline. Waybell speaks plain HTTP: what is in front of it adds TLS. */
function securityHeaders(): express.RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}

function appRoutes(deps: ApiDependencies): Router {
  const router = Router();
  addDeviceRoutes(router, deps);
  addReceiptRoutes(router, deps);
  return router;
}

function shopRoutes(deps: ApiDependencies): Router {
  const router = Router();
  addWaybillRoutes(router, deps);
  addNotificationRoutes(router, deps);
  return router;
}
