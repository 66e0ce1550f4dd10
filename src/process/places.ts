import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { deliveriesLink } from '../deliveries/link';
import { embeddedPostgresUrl } from '../embedded/postgres';
import type { Explanation } from '../shipment/explanation';
import type { Language } from '../shipment/phrases';
import { spokenLanguage } from '../spoken';
import { padded } from '../terminal';
import { takesRequests, type Role } from './locks';

export type Row = readonly [name: string, value: string];

/** Where a process of this role answers. */
export function healthUrl(config: Config, role: Role): string {
  return apiUrl({ host: config.host, port: takesRequests(role) ? config.port : config.workerPort });
}

const HEALTH: Explanation = { en: 'Health', zh: '健康检查' };
const DEMO: Explanation = { en: 'Demo phone', zh: '演示手机' };
export const LOG: Explanation = { en: 'Log', zh: '日志' };

/** What a person may want to open. */
export function placesOf(config: Config, role: Role, language: Language = spokenLanguage()): Row[] {
  const url = healthUrl(config, role);
  const list = deliveriesLink(config);
  const both = { en: `${url} and :${config.pushPort}`, zh: `${url} 和 :${config.pushPort}` };
  const elsewhere = from(config)[language];
  return [
    takesRequests(role)
      ? ['API', `${both[language]}${elsewhere}`]
      : [HEALTH[language], `${url}/readyz${elsewhere}`],
    ...(config.cloudFunctionUrl === undefined ? [[DEMO[language], `${url}/demo`] as const] : []),
    ...(list === null ? [] : [['Temporal UI', list] as const]),
  ];
}

/** Who listens at every address is reached from elsewhere, too, by a name that is not known here. */
function from({ host }: Config): Explanation {
  if (host !== '0.0.0.0' && host !== '::') return { en: '', zh: '' };
  return {
    en: ', from elsewhere at every address of this machine',
    zh: '，其他机器可通过本机的任一地址访问',
  };
}

export function inColumns(rows: readonly Row[]): string[] {
  return rows.map(([name, value]) => `  ${padded(name, 13)} ${value}`);
}

export interface Surroundings {
  readonly role: Role;
  readonly background: boolean;
  readonly logFile: string | undefined;
  readonly temporalCli: string | undefined;
}

/** What to say when everything is up: a block for the person who has just started it. */
export function readySummary(config: Config, surroundings: Surroundings): Explanation {
  return { en: summaryIn('en', config, surroundings), zh: summaryIn('zh', config, surroundings) };
}

const READY: Explanation = { en: 'Waybell is ready.', zh: 'Waybell 已就绪。' };
const NEXT: Explanation = { en: 'Next:', zh: '接下来：' };
const NEXT_ELSEWHERE: Explanation = { en: 'Next, in another terminal:', zh: '接下来，在另一个终端中：' };

function summaryIn(language: Language, config: Config, surroundings: Surroundings): string {
  const { role, background, logFile, temporalCli } = surroundings;
  const places = placesOf(config, role, language);
  // Without a log file the lines go to a collector, not to a person.
  if (logFile === undefined) return `Waybell is ready: ${places[0]?.join(' ')}`;
  const files = [
    ...(temporalCli === undefined ? [] : [['Temporal CLI', temporalCli] as const]),
    [LOG[language], logFile] as const,
  ];
  const next = [
    (background ? NEXT : NEXT_ELSEWHERE)[language],
    config.database.kind === 'embedded' ? '  npm run send' : '  npm run status',
    ...(background ? ['  npm stop'] : []),
  ];
  return ['', READY[language], ...inColumns([...places, ...files]), ...next, ''].join('\n');
}

/** Where the database of a running Waybell is, for its other commands. */
export async function databaseUrl({
  database,
  dataDir,
}: Pick<Config, 'database' | 'dataDir'>): Promise<string> {
  return database.kind === 'external' ? database.url : embeddedPostgresUrl(dataDir, database.port);
}
