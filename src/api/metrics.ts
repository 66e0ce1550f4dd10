import { Router, type RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { showMetrics } from './health-operations';
import { addOperation } from './operation';
import { routeOf } from './request-log';

export interface Metrics {
  /** Where other parts of the process add what they count. */
  readonly registry: Registry;
  /** Counts every request and how long its answer took. */
  readonly measure: RequestHandler;
  /** Shows what was counted. */
  readonly routes: Router;
}

/** Seconds. Around the aims for an acknowledgement, 6 ms and 30 ms, and up to the longest deadline. */
const BUCKETS = [0.002, 0.004, 0.008, 0.016, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/** What Prometheus collects of this process. The labels are patterns of routes, never paths: those are endless. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const duration = new Histogram({
    name: 'waybell_http_request_duration_seconds',
    help: 'From the request to the end of its answer, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  });
  let observesProcess = false;

  const routes = Router();
  addOperation(routes, showMetrics, async (_request, response) => {
    // From the first look on: the observers of event loop and garbage collector cost time and are for ever.
    if (!observesProcess) collectDefaultMetrics({ register: registry });
    observesProcess = true;
    response.type(registry.contentType).send(await registry.metrics());
  });

  return {
    registry,
    routes,
    measure(request, response, next) {
      const stop = duration.startTimer();
      response.on('finish', () => {
        stop({ method: request.method, route: routeOf(request), status: response.statusCode });
      });
      next();
    },
  };
}
