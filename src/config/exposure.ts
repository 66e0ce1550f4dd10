import { consoleContradictions } from './console';
import { reachOf, type Reach } from './network-reach';
import { weaknessOf } from './weak-secrets';

/** The variables as they are written; none is empty. */
type Given = Readonly<Record<string, string | undefined>>;

/** A server that is reached without TLS, beyond this machine. */
export interface Plaintext {
  readonly variable: 'DATABASE_URL' | 'TEMPORAL_ADDRESS';
  readonly host: string;
  readonly reach: Exclude<Reach, 'machine'>;
  /** Whether PLAINTEXT_HOSTS names it. */
  readonly waived: boolean;
}

const ENCRYPTING = ['require', 'verify-ca', 'verify-full', 'no-verify'];

const USE_TLS = {
  DATABASE_URL: 'add ?sslmode=verify-full (and &sslrootcert=…) to it',
  TEMPORAL_ADDRESS: 'set TEMPORAL_TLS=true (or TEMPORAL_API_KEY)',
} as const;

/** What is too dangerous to start with, most of it beside a shop's own database; each line names the variable to change. */
export function exposureProblems(given: Given): string[] {
  if (given['DATABASE_URL'] === undefined) return consoleContradictions(given);
  return [
    ...consoleContradictions(given),
    ...missingProof(given),
    ...weakSecrets(given),
    ...publicPlaintext(given),
  ];
}

function missingProof(given: Given): string[] {
  if (given['WEBHOOK_SECRETS'] !== undefined || given['UNSIGNED_WEBHOOKS'] !== undefined) return [];
  return [
    'WEBHOOK_SECRETS: required when DATABASE_URL is set; set UNSIGNED_WEBHOOKS=allow to accept unsigned webhooks all the same',
  ];
}

function weakSecrets(given: Given): string[] {
  return ['API_KEYS', 'WEBHOOK_SECRETS', 'SUPABASE_JWT_SECRET', 'PICKUP_CODE_KEYS'].flatMap((variable) => {
    const [weakness] = (given[variable] ?? '')
      .split(',')
      .filter((secret) => secret.trim() !== '')
      .flatMap((secret) => weaknessOf(secret.trim()) ?? []);
    return weakness === undefined ? [] : [`${variable}: a secret ${weakness}; make a new one`];
  });
}

function publicPlaintext(given: Given): string[] {
  return plaintextOf(given)
    .filter(({ reach, waived }) => reach === 'public' && !waived)
    .map(
      ({ variable, host }) =>
        `${variable}: ${host} is reached over the open network without TLS: ${USE_TLS[variable]}, or set PLAINTEXT_HOSTS=${host}`,
    );
}

/** Which of the two servers are reached without TLS. */
export function plaintextOf(given: Given): Plaintext[] {
  const waived = (given['PLAINTEXT_HOSTS'] ?? '').split(',').map((host) => host.trim().toLowerCase());
  return [databaseHost(given), temporalHost(given)].flatMap((server) => {
    if (server === undefined) return [];
    const reach = reachOf(server.host);
    return reach === 'machine'
      ? []
      : [{ ...server, reach, waived: waived.includes(server.host.toLowerCase()) }];
  });
}

type Server = Pick<Plaintext, 'variable' | 'host'>;

function databaseHost({ DATABASE_URL, PGSSLMODE }: Given): Server | undefined {
  if (DATABASE_URL === undefined || !URL.canParse(DATABASE_URL)) return undefined;
  const { hostname, searchParams } = new URL(DATABASE_URL);
  const mode = searchParams.get('sslmode') ?? PGSSLMODE ?? '';
  const encrypts = ENCRYPTING.includes(mode) || ['true', '1'].includes(searchParams.get('ssl') ?? '');
  const host = searchParams.get('host') ?? hostname;
  // A path is a socket of this machine.
  return encrypts || host === '' || host.startsWith('/') ? undefined : { variable: 'DATABASE_URL', host };
}

/** As @temporalio/envconfig reads it: a key or any TLS setting switches TLS on, and a profile may. */
function temporalHost(given: Given): Server | undefined {
  const { TEMPORAL_ADDRESS, TEMPORAL_TLS, TEMPORAL_API_KEY, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE } = given;
  if (TEMPORAL_ADDRESS === undefined) return undefined;
  const isSet = [TEMPORAL_API_KEY, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE].some((one) => one !== undefined);
  const hasFiles = Object.keys(given).some((name) => name.startsWith('TEMPORAL_TLS_'));
  if (TEMPORAL_TLS === undefined ? isSet || hasFiles : !['false', '0'].includes(TEMPORAL_TLS))
    return undefined;
  return { variable: 'TEMPORAL_ADDRESS', host: TEMPORAL_ADDRESS.replace(/:\d+$/, '') };
}
