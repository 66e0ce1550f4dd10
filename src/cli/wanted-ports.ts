import type { Config } from '../config/config';
import type { WantedPort } from '../process/ports';
import { takesRequests, type Role } from '../process/locks';

/** Every port that a process of this role needs for itself. */
export function wantedPorts(config: Config, role: Role): WantedPort[] {
  const { host, port, pushPort, workerPort, database, temporal } = config;
  const postgresql = { host: '127.0.0.1', partOf: 'embedded PostgreSQL' };
  const server = { host: '127.0.0.1', partOf: 'embedded Temporal' };
  return [
    ...(takesRequests(role)
      ? [
          { setting: 'PORT', port, host },
          { setting: 'PUSH_PORT', port: pushPort, host },
        ]
      : [{ setting: 'WORKER_PORT', port: workerPort, host }]),
    ...(database.kind === 'embedded'
      ? [{ setting: 'POSTGRES_PORT', port: database.port, ...postgresql }]
      : []),
    ...(temporal.kind === 'embedded'
      ? [
          { setting: 'TEMPORAL_PORT', port: temporal.port, ...server },
          { setting: 'TEMPORAL_UI_PORT', port: temporal.uiPort, ...server },
        ]
      : []),
  ];
}
