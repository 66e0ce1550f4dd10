import { whyNotTrusted } from './trusted-file';

/**
 * Where a running Waybell is, and what it stands on: what its other commands have to know, and no secret. Written into
 * DATA_DIR while it runs, so that a second terminal finds it.
 */
const SHARED = [
  'HOST',
  'PORT',
  'PUSH_PORT',
  'WORKER_PORT',
  'POSTGRES_PORT',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'TEMPORAL_UI_URL',
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_NAME',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
] as const;

export type SharedSettings = Readonly<Partial<Record<(typeof SHARED)[number], string>>>;

/** What of it is set here. */
export function sharedSettings(environment = process.env): SharedSettings {
  return Object.fromEntries(
    SHARED.flatMap((name) => {
      const value = environment[name] ?? '';
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/** Sets what of it is not set here. */
export function takeSharedSettings(shared: SharedSettings, environment = process.env): void {
  for (const name of SHARED) {
    const value = shared[name];
    if ((environment[name] ?? '') === '' && value !== undefined) environment[name] = value;
  }
}

/**
 * Why the file that a Waybell has left is not to lead us: it says where keys are sent to, and where nobody has set
 * DATA_DIR it lies below whatever folder a command is run in.
 */
export function whyNotLedBy(file: string, environment = process.env): string | undefined {
  const isMeant = (environment['DATA_DIR'] ?? '') !== '';
  return isMeant ? undefined : whyNotTrusted(file, environment);
}
