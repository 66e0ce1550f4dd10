import type { Config } from '../config/config';
import { inColumns, placesOf } from '../process/places';
import type { Role } from '../process/locks';

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
