import express, { Router } from 'express';
import helmet from 'helmet';
import { authenticate } from './auth';
import type { ApiDependencies } from './dependencies';
import { addDeviceRoutes } from './devices';
import { answerErrors, refuseUnknownRoute } from './error-handler';
import { healthRoutes } from './health';
import { addNotificationRoutes } from './notifications';
import { addReceiptRoutes } from './receipts';
import { readBody } from './request-input';
import { logRequests } from './request-log';
import { addWaybillRoutes } from './waybills';
import { webhookRoutes } from './webhooks';

/** The whole HTTP API: one router per audience. It starts workflows and never pushes. */
export function createApp(deps: ApiDependencies): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(logRequests(deps.log));
  app.use(securityHeaders());
  app.use(healthRoutes(deps));
  if (deps.demo) app.use('/demo', deps.demo);
  app.use('/webhook', webhookRoutes(deps));
  app.use('/api/v1/push', authenticate(deps.config, { persons: true }), readBody, appRoutes(deps));
  app.use('/api/v1', authenticate(deps.config, { persons: false }), readBody, shopRoutes(deps));
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
