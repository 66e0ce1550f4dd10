import { Router } from 'express';
import { showDocs, showOpenApi } from './description-operations';
import { DOCS_CONTENT_POLICY, DOCS_PAGE } from './openapi/page';
import { OPENAPI_DOCUMENT } from './openapi/document';
import { addOperation } from './operation';

/** The API described, for programs and for people. Public, and needs nothing else to be up. */
export function descriptionRoutes(): Router {
  const router = Router();
  addOperation(router, showOpenApi, (_request, response) => {
    response.json(OPENAPI_DOCUMENT);
  });
  addOperation(router, showDocs, (_request, response) => {
    response.set('Content-Security-Policy', DOCS_CONTENT_POLICY).type('html').send(DOCS_PAGE);
  });
  return router;
}
