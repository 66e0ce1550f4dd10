import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { Config } from '../config/config';
import { openPool } from '../database/pool';
import { NotReachable, type DoctorContext, type OpenDatabase } from '../doctor/check';
import { wordsOf } from '../doctor/examine';
import { databaseUrl } from './database-url';
import { openTemporalLazily, type TemporalClient } from '../process/open-temporal';
import { findRunning } from './running-processes';

/** Without a deadline the client tries for longer than a check may take; milliseconds. */
const TEMPORAL_DEADLINE_MS = 5_000;
/** Status of gRPC. */
const DEADLINE_EXCEEDED = 4;

type Settings = Pick<DoctorContext, 'config' | 'obsolete' | 'supabase'>;

/** Opens nothing yet: each part is connected to by the first check that needs it. */
export async function openDoctorContext(
  settings: Settings,
): Promise<{ readonly context: DoctorContext; readonly close: () => Promise<void> }> {
  const { config } = settings;
  const running = await findRunning(config.dataDir);
  let database: Promise<OpenDatabase> | undefined;
  let temporal: Promise<TemporalClient> | undefined;
  const requireAwake = (kind: Config['database' | 'temporal']['kind'], part: NotReachable['part']): void => {
    if (kind === 'external' || running.length > 0) return;
    throw new NotReachable(part, `${part} is embedded, and Waybell is not started.`, true);
  };

  async function openDatabase(): Promise<OpenDatabase> {
    requireAwake(config.database.kind, 'PostgreSQL');
    const { database: place } = config;
    const host = place.kind === 'external' ? new URL(place.url).host : `127.0.0.1:${place.port}`;
    try {
      const url = await databaseUrl(config);
      const pool = openPool(url, () => undefined);
      try {
        await pool.query('select');
      } catch (error) {
        await pool.end();
        throw error;
      }
      return { url, pool };
    } catch (error) {
      throw new NotReachable('PostgreSQL', `PostgreSQL at ${host} does not answer: ${wordsOf(error)}`, false);
    }
  }

  async function openClient(): Promise<TemporalClient> {
    requireAwake(config.temporal.kind, 'Temporal');
    const opened = openTemporalLazily(config);
    const { client, close } = opened;
    const { temporal: place } = config;
    const address = place.kind === 'external' ? place.address : `127.0.0.1:${place.port}`;
    try {
      const ask = () => client.workflowService.getSystemInfo({});
      await client.withDeadline(Date.now() + TEMPORAL_DEADLINE_MS, ask);
      return opened;
    } catch (error) {
      await close();
      // Of its deadline the client tells how it was waited for, and not for whom.
      const isLate = isGrpcServiceError(error) && Number(error.code) === DEADLINE_EXCEEDED;
      const words = isLate ? ` within ${TEMPORAL_DEADLINE_MS / 1_000} s` : `: ${wordsOf(error)}`;
      throw new NotReachable('Temporal', `Temporal at ${address} does not answer${words}`, false);
    }
  }

  return {
    context: {
      ...settings,
      running,
      database: () => (database ??= openDatabase()),
      temporal: async (): Promise<Client> => (await (temporal ??= openClient())).client,
      clock: Date.now,
    },
    close: async () => {
      await database?.then(({ pool }) => pool.end()).catch(() => undefined);
      await temporal?.then(({ close }) => close()).catch(() => undefined);
    },
  };
}
