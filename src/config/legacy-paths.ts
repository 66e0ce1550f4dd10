import { z } from 'zod';
import { jsonOf } from './setting-fields';

/** Where carriers send that were given a URL of the old system, and which channel takes it. */
export interface LegacyPath {
  readonly path: string;
  readonly source: string;
  /** The name of its channel. */
  readonly channel: string;
}

/** What our own routes begin with; a test holds that all of them do. */
export const OWN_PATHS = [
  '/api/v1',
  '/webhooks',
  '/webhook/express/status',
  '/docs',
  '/demo',
  '/healthz',
  '/metrics',
  '/openapi.json',
  '/readyz',
] as const;

const PATH = /^(?:\/[A-Za-z0-9._~-]{1,64}){1,8}$/;
const CHANNEL = /^([a-z0-9-]{1,64})\/([A-Za-z0-9._-]{1,64})$/;
const MOST_PATHS = 50;

/** Whether a request to `path` could be meant for one of ours: routes do not heed case. */
function collidesWith(path: string): string | undefined {
  const lower = path.toLowerCase();
  return OWN_PATHS.find((own) => lower === own || lower.startsWith(`${own}/`) || own.startsWith(`${lower}/`));
}

const legacyPaths = jsonOf(z.record(z.string(), z.string())).transform((given, context): LegacyPath[] => {
  const complain = (message: string): void => context.addIssue({ code: 'custom', message });
  const paths = Object.entries(given);
  if (paths.length > MOST_PATHS) complain(`at most ${MOST_PATHS} paths`);
  return paths.flatMap(([path, target]) => {
    const [, source, channel] = CHANNEL.exec(target) ?? [];
    const own = collidesWith(path);
    if (!PATH.test(path) || path.split('/').some((part) => part === '.' || part === '..'))
      complain('a path must be like /webhook-receiver/kuaidi100, of letters, digits and . _ ~ -');
    else if (own !== undefined) complain(`${path} collides with our own route ${own}`);
    else if (source === undefined || channel === undefined)
      complain(`${path} must name a source and a channel, such as kuaidi100/main`);
    else return [{ path, source, channel }];
    return [];
  });
});

export const legacyFields = { LEGACY_PATHS: legacyPaths.default([]) };
