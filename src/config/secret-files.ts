import { readWrittenText } from './written-text';

/**
 * Settings that hold a secret. Each may be given by a file whose path is in `<name>_FILE`, as Docker, Kubernetes and
 * systemd hand secrets over: what is in the environment is shown by `docker inspect`, `ps e` and crash reports.
 */
export const SECRET_SETTINGS = [
  'DATABASE_URL',
  'TEMPORAL_API_KEY',
  'WEBHOOK_SECRETS',
  'API_KEYS',
  'PICKUP_CODE_KEYS',
  'SUPABASE_JWT_SECRET',
  'ALARM_URLS',
  'STATUS_WEBHOOKS',
  'CLOUD_FUNC_URL',
  'CLOUD_FUNC_CONNECT_CODE',
  'CLOUD_FUNC_SIGN_KEY',
  'CLOUD_FUNC_FIELDS',
  'GETUI_APP_KEY',
  'GETUI_MASTER_SECRET',
  'FCM_SERVICE_ACCOUNT',
  'FCM_SERVICE_ACCOUNTS',
  'APNS_KEY',
  'VAPID_PRIVATE_KEY',
] as const;

export const SECRET_FILE_NAMES: readonly string[] = SECRET_SETTINGS.map((name) => `${name}_FILE`);

/** The longest secret is a service account of 2 KB. */
const MAX_FILE_BYTES = 64 * 1024;

/** The variables as they are written; none is empty. */
type Given = Readonly<Record<string, string | undefined>>;

export interface GivenWithFiles {
  readonly given: Given;
  /** Each names the variable to change. */
  readonly problems: readonly string[];
}

/** Puts what the files hold in the place of their settings. An end of line at the end of a file is not its content. */
export function readSecretFiles(given: Given): GivenWithFiles {
  const read: Record<string, string | undefined> = { ...given };
  const problems: string[] = [];
  for (const name of SECRET_SETTINGS) {
    const variable = `${name}_FILE`;
    const file = given[variable];
    if (file === undefined) continue;
    try {
      if (given[name] !== undefined) throw new Error(`${name} is set too; keep one of them`);
      read[name] = readSecret(file);
    } catch (error) {
      problems.push(`${variable}: ${wordsOf(error)}`);
    }
  }
  return { given: read, problems };
}

function readSecret(file: string): string {
  const text = readWrittenText(file, MAX_FILE_BYTES);
  if (text.trim() === '') throw new Error('the file is empty');
  return text.trim();
}

/** Of the system only its code: its sentence has the path, which is a value. */
function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `the file cannot be read (${code})`;
}
