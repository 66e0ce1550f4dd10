import cors from 'cors';
import { Router } from 'express';
import { OPERATIONS } from './operations';

/** How long a browser may remember what it was allowed; seconds. */
const REMEMBERED_S = 600;

/**
 * Lets pages of these origins ask what a person's own app may ask, and read the answers, refusals among them. No cookie
 * is ever taken, so credentials in the sense of CORS are not allowed; nor is the header of API keys, which no page has.
 */
export function allowPages(origins: readonly string[]): Router {
  const router = Router();
  if (origins.length === 0) return router;
  for (const [path, methods] of routesOfPersons()) {
    const allow = cors({
      ...{ origin: [...origins], methods, maxAge: REMEMBERED_S },
      allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-Id'],
      exposedHeaders: ['X-Request-Id', 'Retry-After'],
    });
    // Answers what a browser asks beforehand; everything else goes on.
    router.all(path, allow);
  }
  return router;
}

function routesOfPersons(): ReadonlyMap<string, string[]> {
  const routes = new Map<string, string[]>();
  for (const { method, path, access } of OPERATIONS) {
    if (typeof access !== 'object' || !access.persons) continue;
    routes.set(path, [...(routes.get(path) ?? []), method.toUpperCase()]);
  }
  return routes;
}
