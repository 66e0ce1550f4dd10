import express from 'express';
import helmet from 'helmet';
import pino from 'pino';
import { answerErrors, refuseUnknownRoute } from '../../src/api/error-handler';
import { createDemo } from '../../src/embedded/demo';
import { listen, type LocalServer } from '../push/local-server';

/** The demo phones alone, behind the error answers of the whole API. */
export function startDemo(): Promise<LocalServer> {
  const app = express();
  app.use(helmet());
  app.use('/demo', createDemo({ temporalUiUrl: 'http://127.0.0.1:8233', temporalNamespace: 'my shop' }));
  app.use(refuseUnknownRoute);
  app.use(answerErrors(pino({ level: 'silent' })));
  return listen(app);
}
