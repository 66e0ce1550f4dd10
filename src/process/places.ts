import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { deliveriesLink } from '../deliveries/link';
import { embeddedPostgresUrl } from '../embedded/postgres';
import { takesRequests, type Role } from './locks';

export type Row = readonly [name: string, value: string];

/** Where a process of this role answers. */
export function healthUrl(config: Config, role: Role): string {
  return apiUrl({ host: config.host, port: takesRequests(role) ? config.port : config.workerPort });
}

/** What a person may want to open. */
export function placesOf(config: Config, role: Role): Row[] {
  const url = healthUrl(config, role);
  const list = deliveriesLink(config);
  return [
    takesRequests(role)
      ? ['API', `${url} and :${config.pushPort}${from(config)}`]
      : ['Health', `${url}/readyz${from(config)}`],
    ...(config.cloudFunctionUrl === undefined ? [['Demo phone', `${url}/demo`] as const] : []),
    ...(list === null ? [] : [['Temporal UI', list] as const]),
  ];
}

/** Who listens at every address is reached from elsewhere, too, by a name that is not known here. */
function from({ host }: Config): string {
  return host === '0.0.0.0' || host === '::' ? `, from elsewhere at every address of this machine` : '';
}

export function inColumns(rows: readonly Row[]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`);
}

export interface Surroundings {
  readonly role: Role;
  readonly background: boolean;
  readonly logFile: string | undefined;
  readonly temporalCli: string | undefined;
}

/** What to say when everything is up: a block for the person who has just started it. */
export function readySummary(config: Config, surroundings: Surroundings): string {
  const { role, background, logFile, temporalCli } = surroundings;
  const places = placesOf(config, role);
  // Without a log file the lines go to a collector, not to a person.
  if (logFile === undefined) return `Waybell is ready: ${places[0]?.join(' ')}`;
  const files = [
    ...(temporalCli === undefined ? [] : [['Temporal CLI', temporalCli] as const]),
    ['Log', logFile] as const,
  ];
  const next = [
    background ? 'Next:' : 'Next, in another terminal:',
    config.database.kind === 'embedded' ? '  npm run send' : '  npm run status',
    ...(background ? ['  npm stop'] : []),
  ];
  return ['', 'Waybell is ready.', ...inColumns([...places, ...files]), ...next, ''].join('\n');
}

/** Where the database of a running Waybell is, for its other commands. */
export async function databaseUrl({
  database,
  dataDir,
}: Pick<Config, 'database' | 'dataDir'>): Promise<string> {
  return database.kind === 'external' ? database.url : embeddedPostgresUrl(dataDir, database.port);
}
