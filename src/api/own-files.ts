import express, { Router } from 'express';
import path from 'node:path';
import { PROJECT_ROOT } from '../project-root';
import { addRoute } from './operation';

const WEB = path.join(PROJECT_ROOT, 'web');
/** A page needs nothing but its own files. */
const CONTENT_POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'connect-src'].map((source) => `${source} 'self'`),
  ...['base-uri', 'form-action', 'frame-ancestors'].map((source) => `${source} 'none'`),
];

/**
 * Sends the page `web/<name>` at the root of the router, its files, and those that all pages share.
 * @param stricter directives of this page beside those of all
 */
export function pageRoutes(name: string, stricter: readonly string[] = []): Router {
  const policy = [...CONTENT_POLICY, ...stricter].join('; ');
  const router = Router();
  router.use((_request, response, next) => {
    response.set('Content-Security-Policy', policy);
    next();
  });
  addRoute(router, '/', {
    get(_request, response) {
      response.sendFile('index.html', { root: path.join(WEB, name) });
    },
  });
  for (const folder of [name, 'shared'])
    router.use(express.static(path.join(WEB, folder), { index: false, redirect: false }));
  return router;
}
