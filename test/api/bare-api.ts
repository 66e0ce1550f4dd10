import pg from 'pg';
import pino from 'pino';
import type { ApiDependencies } from '../../src/api/dependencies';
import { loadConfig } from '../../src/config/config';
import { countTraffic } from '../../src/intake/channels/traffic';
import { openTestIntake } from '../setup/intake';
import { freePorts } from '../setup/free-port';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { type Api, serveApi } from './api-lab';

/** The API alone: neither PostgreSQL nor Temporal is there. */
export interface BareApi {
  readonly deps: ApiDependencies;
  serve(change?: Partial<ApiDependencies>): Promise<Api>;
  close(): Promise<void>;
}

/** For the tests of a suite or of a group. */
export const useBareApi = (): BareApi => use(openBareApi);

async function openBareApi(): Promise<BareApi> {
  const [port] = await freePorts(1);
  const away = await openTemporalAway();
  const pool = new pg.Pool({ host: '127.0.0.1', port: Number(port) });
  const parts = { config: loadConfig({}), pool, temporal: away.client, log: pino({ level: 'silent' }) };
  const own = await openTestIntake({ ...parts.config, ...parts });
  const traffic = countTraffic(parts);
  const deps = { ...parts, intake: own.intake, channels: own.channels, traffic };
  const apis: Api[] = [];
  return {
    deps,
    async serve(change = {}) {
      const api = await serveApi({ ...deps, ...change });
      apis.push(api);
      return api;
    },
    async close() {
      await Promise.all(apis.map((api) => api.close()));
      await traffic.close();
      await own.close();
      await away.close();
      await pool.end();
    },
  };
}
