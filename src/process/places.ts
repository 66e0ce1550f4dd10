import { apiUrl } from '../config/api-url';
import type { Config } from '../config/config';
import { takesRequests, type Role } from './locks';

export type Row = readonly [name: string, value: string];

/** Where a process of this role answers. */
export function healthUrl(config: Config, role: Role): string {
  return apiUrl({ host: config.host, port: takesRequests(role) ? config.port : config.workerPort });
}

/** What a person may want to open. */
export function placesOf(config: Config, role: Role): Row[] {
  const url = healthUrl(config, role);
  return [
    takesRequests(role) ? ['API', `${url} and :${config.pushPort}`] : ['Health', `${url}/readyz`],
    ...(config.cloudFunctionUrl === undefined ? [['Demo phone', `${url}/demo`] as const] : []),
    ['Temporal UI', config.temporalUiUrl],
  ];
}

export function inColumns(rows: readonly Row[]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`);
}
