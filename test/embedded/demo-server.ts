import express from 'express';
import helmet from 'helmet';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { answerErrors, refuseUnknownRoute } from '../../src/api/error-handler';
import { openRates } from '../../src/api/rates';
import { createDemo, type DemoSettings } from '../../src/embedded/demo';
import { listen, type LocalServer } from '../push/local-server';

export const DEMO_SETTINGS: DemoSettings = {
  temporalUiUrl: 'http://127.0.0.1:8233',
  temporalNamespace: 'my shop',
  dataDir: 'unused',
  push: loadConfig({}).push,
  host: '127.0.0.1',
  // The API is not here: nobody listens on port 1.
  port: 1,
  webhookSecrets: [],
  apiKeys: [],
};

/** The demo phones alone, behind the error answers of the whole API. */
export function startDemo(): Promise<LocalServer> {
  const app = express();
  app.use(helmet());
  app.use('/demo', createDemo(DEMO_SETTINGS));
  app.use(refuseUnknownRoute);
  const log = pino({ level: 'silent' });
  app.use(answerErrors(log, openRates(log, loadConfig({}))));
  return listen(app);
}
