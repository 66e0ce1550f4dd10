import { apiUrl } from '../api-url';
import type { Config } from '../config';

/** What to say when everything is up: a block for the person who has just started it. */
export function readySummary(
  config: Config,
  {
    logFile,
    temporalCli,
  }: { readonly logFile: string | undefined; readonly temporalCli: string | undefined },
): string {
  const api = apiUrl(config);
  // Without a log file the lines go to a collector, not to a person.
  if (logFile === undefined) return `Waybell is ready: API ${api} and :${config.pushPort}`;
  const lines: [string, string | undefined][] = [
    ['API', `${api} and :${config.pushPort}`],
    ['Demo phone', config.cloudFunctionUrl === undefined ? `${api}/demo` : undefined],
    ['Temporal UI', config.temporalUiUrl],
    ['Temporal CLI', temporalCli],
    ['Log', logFile],
  ];
  const shown = lines.flatMap(([name, value]) =>
    value === undefined ? [] : `  ${name.padEnd(13)} ${value}`,
  );
  return ['', 'Waybell is ready.', ...shown, 'Next, in another terminal:', '  npm run send', ''].join('\n');
}
