import express, { Router } from 'express';
import helmet from 'helmet';
import type { Registry } from 'prom-client';
import type { Intake } from '../intake/intake';
import {
  addAlarmGauges,
  addJournalGauges,
  addProviderGauges,
  addReceiverGauge,
  addRobotGauge,
  createWebhookCounts,
} from './gauges';
import { addArchiveRoutes } from './archive';
import { addWordRoutes } from './words';
import { addAttentionRoutes } from './attention';
import { addAttentionGauges } from './attention-gauges';
import { keepAudit } from './audit-trail';
import { addAuditRoutes } from './audit';
import { type Authentication, openAuthentication } from './auth';
import { addChannelRoutes } from './channels';
import { allowPages } from './cross-origin';
import { webhookRoutes } from './webhooks';
import { consoleRoutes } from './console/console';
import type { ApiDependencies, ProcessDependencies } from './dependencies';
import { descriptionRoutes } from './description';
import { addDeliveryRoutes } from './deliveries';
import { addDeviceRoutes } from './devices';
import { addErasureRoutes } from './erasures';
import { answerErrors, refuseUnknownRoute } from './error-handler';
import { healthRoutes } from './health';
import { addInboxRoutes } from './inbox';
import { addLedgerRoutes } from './ledger';
import { createMetrics } from './metrics';
import { addNotificationRoutes } from './notifications';
import { addParcelRoutes } from './parcels';
import { addPushTestRoutes } from './push-tests';
import { addReceiptRoutes, providerReceiptRoutes } from './receipts';
import { addProviderRoutes } from './providers';
import { addReceiverRoutes } from './receivers';
import { addRetryRoutes } from './retries';
import { openRates, type Rates } from './rates';
import { requireLocalRequests } from './local-requests';
import { logRequests } from './request-log';
import { addLinkRoutes } from './link-parcel';
import { addTimeLineRoutes } from './time-lines';
import { addWaybillRoutes } from './waybills';

/** The whole HTTP API: one router per audience. It starts workflows and never pushes. */
export function createApp(deps: ApiDependencies): express.Express {
  return appAround(deps, (app, { registry, authentication, rates }) => {
    const { authenticate } = authentication;
    const counts = createWebhookCounts(registry);
    addJournalGauges(registry, deps.intake, deps.clock);
    addAttentionGauges(registry, deps);
    app.use(descriptionRoutes());
    if (deps.demo) app.use('/demo', deps.demo);
    app.use(webhookRoutes(deps, counts, rates));
    app.use(providerReceiptRoutes(deps));
    app.use(allowPages(deps.config.accessTokens.origins));
    // By prefix, not by route: who has no key does not learn which routes there are.
    app.use('/api/v1/push', authenticate({ ofApps: true }));
    app.use(appRoutes(deps));
    app.use('/api/v1', authenticate({ ofApps: false }), keepAudit(deps));
    const shop = shopRoutes(deps);
    app.use(shop);
    if (deps.config.console) app.use('/console', consoleRoutes({ ...deps, authentication, api: shop }));
  });
}

/** What a process that only delivers shows of itself. */
export function createWorkerApp(deps: ProcessDependencies): express.Express {
  return appAround(deps, () => undefined);
}

interface Shared {
  readonly registry: Registry;
  readonly authentication: Authentication;
  readonly rates: Rates;
}

/** What every process has: health and metrics, and its way to log and to refuse. */
function appAround(
  deps: ProcessDependencies & { readonly intake?: Intake },
  addRoutes: (app: express.Express, shared: Shared) => void,
): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', deps.config.trustedProxies);
  const rates = openRates(deps.log, deps.config);
  const metrics = createMetrics();
  if (deps.alarms) addAlarmGauges(metrics.registry, deps.alarms);
  addProviderGauges(metrics.registry, deps.pool);
  for (const count of deps.counts ?? []) count.addTo(metrics.registry);
  addRobotGauge(
    metrics.registry,
    deps.pool,
    deps.config.alarms.robots.map(({ id }) => id),
  );
  addReceiverGauge(
    metrics.registry,
    deps.pool,
    deps.config.receivers.map(({ id }) => id),
  );
  app.use(logRequests(deps.log));
  app.use(metrics.measure);
  app.use(securityHeaders());
  app.use(healthRoutes(deps));
  if (deps.config.deviceRegistration === 'open') app.use(requireLocalRequests(deps.config));
  const authentication = openAuthentication({ ...deps, rates });
  addRoutes(app, { registry: metrics.registry, authentication, rates });
  app.use('/metrics', authentication.authenticate({ ofApps: false }));
  app.use(metrics.routes);
  app.use(refuseUnknownRoute);
  app.use(answerErrors(deps.log, rates));
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
  addInboxRoutes(router, deps);
  addParcelRoutes(router, deps);
  return router;
}

function shopRoutes(deps: ApiDependencies): Router {
  const router = Router();
  addArchiveRoutes(router, deps);
  addChannelRoutes(router, deps);
  addWordRoutes(router, deps);
  addLinkRoutes(router, deps);
  addWaybillRoutes(router, deps);
  addNotificationRoutes(router, deps);
  addDeliveryRoutes(router, deps);
  addTimeLineRoutes(router, deps);
  addRetryRoutes(router, deps);
  addProviderRoutes(router, deps);
  addReceiverRoutes(router, deps);
  addPushTestRoutes(router, deps);
  addLedgerRoutes(router, deps);
  addAttentionRoutes(router, deps);
  addErasureRoutes(router, deps);
  addAuditRoutes(router, deps);
  return router;
}
