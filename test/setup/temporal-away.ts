import { openTemporalLazily, type TemporalClient } from '../../src/process/open-temporal';
import { loadConfig } from '../../src/config/config';
import { freePorts } from './free-port';

/** The client of a process whose Temporal server is not there. */
export async function openTemporalAway(): Promise<TemporalClient> {
  const [port] = await freePorts(1);
  return openTemporalLazily(loadConfig({ TEMPORAL_PORT: String(port) }));
}
