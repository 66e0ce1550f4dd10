import path from 'node:path';
import { z } from 'zod';
import {
  pushContradictions,
  pushRates,
  pushSettingFields,
  pushSettingsOf,
  type PushSettings,
} from '../push/settings';
import type { WaitLimits } from '../shipment/attention';
import { type Carriers, knowCarriers } from '../shipment/carriers';
import type { NewsAge } from '../shipment/news-age';
import { SHIPMENT_STATUSES, type StatusMap } from '../shipment/status';
import { type Audience, AUDIENCES } from '../shipment/update';
import {
  accessTokenContradictions,
  accessTokenFields,
  accessTokensOf,
  type AccessTokenSettings,
} from './access-tokens';
import { alarmContradictions, alarmFields, alarmsOf, type AlarmSettings } from './alarms';
import { carrierMap } from './carrier-map';
import { consoleFields, consoleOf, type ConsoleSettings } from './console';
import { exposureProblems, plaintextOf, type Plaintext } from './exposure';
import { type MessageShape, messageShapeFields, messageShapeOf } from './message-shape';
import { legacyFields, type LegacyPath } from './legacy-paths';
import { databaseUrl } from './database-url';
import { describeMisspeltSettings } from './misspelt-settings';
import { describeObsoleteSettings, OBSOLETE_SETTINGS } from './obsolete-settings';
import { type Given, givenIn, readSettings } from './read-settings';
import { type Retention, retentionContradictions, retentionFields, retentionOf } from './retention';
import {
  HOUR,
  httpUrl,
  isTimeZone,
  jsonOf,
  list,
  networks,
  MAX_AGE,
  port,
  secrets,
  WHSEC,
} from './setting-fields';
import { shopTables, type ShopTables } from './shop-tables';
import { SECRET_FILE_NAMES } from './secret-files';
import { readSupabaseKeys, type SupabaseKeys } from './supabase-keys';
import {
  statusWebhookContradictions,
  statusWebhookFields,
  statusWebhooksOf,
  type StatusWebhookSettings,
} from './status-webhooks';
import { type Trial, trialFields, trialOf } from './trial';
import { waitFields, waitLimitsOf } from './wait-limits';

export { SettingsError } from './read-settings';
export type { ShopTables } from './shop-tables';

/**
 * Every setting of Waybell, read once from the environment. No other file reads `process.env`.
 * `docs/settings.md` says in words what each is for; a test holds the two equal.
 */

/** Characters of a `source/word`: masking may make a word longer. */
const MAX_MAPPED_WORD = 256;
/** More are listed by no answer. */
const deviceCount = z.coerce.number().int().min(1).max(500);

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  HOST: z.string().optional(),
  PORT: port(7201),
  PUSH_PORT: port(7301),
  WORKER_PORT: port(7401),
  DATA_DIR: z.string().min(1).default('.data'),

  DATABASE_URL: databaseUrl.optional(),
  POSTGRES_PORT: port(7432),
  SHOP_TABLES: jsonOf(shopTables).default(() => shopTables.parse({})),
  ALLOWED_TRIGGERS: list.default([]),
  CARRIER_MAP: jsonOf(carrierMap).default({}),

  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  TEMPORAL_UI_URL: httpUrl.optional(),
  TEMPORAL_CLI_PATH: z.string().min(1).optional(),
  WORKER_VERSIONING: z.enum(['auto', 'manual', 'off']).default('auto'),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}$/, 'must be at most 100 letters, digits and _ . + -')
    .optional(),

  ...pushSettingFields,
  PUSH_RATES: jsonOf(pushRates).default({}),
  SHOP_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA zone, such as Asia/Shanghai')
    .default('Asia/Shanghai'),
  MAX_AGE_HOURS: jsonOf(
    z.partialRecord(
      z.enum([...SHIPMENT_STATUSES, 'other']),
      z
        .number()
        .positive()
        .max(MAX_AGE / HOUR),
    ),
  ).default({}),
  ...messageShapeFields,
  WITHOUT_PUSH: list.pipe(z.array(z.enum(AUDIENCES))).default([]),
  STATUS_MAP: jsonOf(
    z.record(z.string().min(1).max(MAX_MAPPED_WORD), z.enum(SHIPMENT_STATUSES).nullable()),
  ).default({}),

  WEBHOOK_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((item) => item.trim()))
    .refine((keys) => keys.every((key) => WHSEC.pattern.test(key)), `every secret must be ${WHSEC.words}`)
    .default([]),
  UNSIGNED_WEBHOOKS: z.literal('allow').optional(),
  PLAINTEXT_HOSTS: list.default([]),
  TRUSTED_PROXIES: networks.default([]),
  KEY_REQUESTS_PER_SECOND: z.coerce.number().int().min(1).max(100_000).default(50),
  PERSON_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(100_000).default(120),
  CHANNELS_FILE: z.string().min(1).optional(),
  DEVICE_REGISTRATION: z.enum(['open', 'key', 'jwt']).optional(),
  API_KEYS: secrets.default([]),
  PICKUP_CODE_KEYS: secrets.default([]),
  ...accessTokenFields,
  ...consoleFields,
  MAX_DEVICES_PER_USER: deviceCount.default(20),
  MAX_DEVICES_PER_MERCHANT: deviceCount.default(200),

  JOURNAL_MAX_MB: z.coerce.number().int().min(1).default(1024),
  ...retentionFields,
  ...alarmFields,
  ...trialFields,
  ...legacyFields,

  ...statusWebhookFields,
  ...waitFields,
});

/** How many active phones one owner may have; a merchant's are those of all its people. */
export interface MaxDevices {
  readonly user: number;
  readonly merchant: number;
}

export const SETTING_NAMES = Object.keys(environment.shape);

export interface Config extends Trial, StatusWebhookSettings, ConsoleSettings {
  readonly production: boolean;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly host: string;
  readonly port: number;
  readonly pushPort: number;
  /** Of a process that only works. */
  readonly workerPort: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly database:
    | { readonly kind: 'embedded'; readonly port: number }
    | { readonly kind: 'external'; readonly url: string };
  readonly shopTables: ShopTables;
  readonly allowedTriggers: readonly string[];
  /** The carriers that we know, with the names that the shop has for them. */
  readonly carriers: Carriers;
  readonly temporal:
    | { readonly kind: 'embedded'; readonly port: number; readonly uiPort: number; readonly cliPath?: string }
    | { readonly kind: 'external'; readonly address: string };
  readonly temporalNamespace: string;
  /** Who says which build of the workers is given tasks: a start by itself, only a person, or nobody. */
  readonly workerVersioning: 'auto' | 'manual' | 'off';
  /** In place of the one that the workflow code has. */
  readonly workerBuildId: string | undefined;
  /** Where a person opens the Temporal Web UI, without a slash at the end; `null` where nobody has said it. */
  readonly temporalUiUrl: string | null;
  /** `undefined` only on embedded parts: the built-in cloud function of the demo phone. */
  readonly cloudFunctionUrl: string | undefined;
  /** Which providers are switched on, and with what. */
  readonly push: PushSettings;
  /** Pushes per second by provider, of all workers together; no limit when absent. */
  readonly pushRates: Readonly<Partial<Record<string, number>>>;
  readonly messageLanguage: 'zh' | 'en';
  readonly messageShape: MessageShape;
  /** Whose owners have no phone by design, where the order says nothing else. */
  readonly withoutPush: readonly Audience[];
  /** How old a scan may be for people to be told of it, and in which zone the days of the shop begin. */
  readonly newsAge: NewsAge;
  readonly statusMap: StatusMap;
  readonly webhookSecrets: readonly string[];
  /** Webhooks are taken where nothing proves them. */
  readonly unsignedWebhooks: boolean;
  /** Where carriers send that have a URL of the old system. */
  readonly legacyPaths: readonly LegacyPath[];
  /** Servers beyond this machine that are reached without TLS. */
  readonly plaintext: readonly Plaintext[];
  /** Addresses and networks of proxies whose word counts for where a request comes from. */
  readonly trustedProxies: readonly string[];
  /** Of one key, in bursts of ten seconds, and of one person's app. */
  readonly keyRequestsPerSecond: number;
  readonly personRequestsPerMinute: number;
  /** Absolute. */
  readonly channelsFile: string;
  readonly deviceRegistration: 'open' | 'key' | 'jwt';
  readonly apiKeys: readonly string[];
  /** The first seals pickup codes, all of them open; empty: none is kept. */
  readonly pickupCodeKeys: readonly string[];
  /** Of persons, with `deviceRegistration` jwt. */
  readonly accessTokens: AccessTokenSettings;
  readonly maxDevices: MaxDevices;
  /** What the journal of webhooks may hold. */
  readonly maxJournalBytes: number;
  /** How long the bytes of webhooks are kept; milliseconds. */
  readonly retention: Retention;
  /** Who is told when something is wrong. */
  readonly alarms: AlarmSettings;
  readonly waitLimits: WaitLimits;
}

type Environment = z.infer<typeof environment>;

/** Rules that join several settings. Each line names the variable to change. */
function contradictions(given: Given): string[] {
  const problems = [
    ...pushContradictions(given),
    ...retentionContradictions(given),
    ...accessTokenContradictions(given),
    ...alarmContradictions(given),
    ...statusWebhookContradictions(given),
  ];
  const production = given.NODE_ENV === 'production';
  const external = given.DATABASE_URL !== undefined;
  if (production && !external) problems.push('DATABASE_URL: required when NODE_ENV=production');
  if (production && given.TEMPORAL_ADDRESS === undefined)
    problems.push('TEMPORAL_ADDRESS: required when NODE_ENV=production');
  if (external && given.CLOUD_FUNC_URL === undefined)
    problems.push(
      'CLOUD_FUNC_URL: required when DATABASE_URL is set (the demo phone is for the embedded parts)',
    );
  if (external && given.DEVICE_REGISTRATION === 'open')
    problems.push(
      'DEVICE_REGISTRATION: open is for the embedded parts; use key or jwt when DATABASE_URL is set',
    );
  if (production && given.API_KEYS === undefined)
    problems.push('API_KEYS: required when NODE_ENV=production (openssl rand -hex 24 makes one)');
  return [...problems, ...exposureProblems(given)];
}

const readEnvironment = (source: NodeJS.ProcessEnv, rules: (given: Given) => string[]): Environment =>
  readSettings(environment, source, rules, idleSettings);

/** What is set and has no effect: for the old system, or spelled wrongly. One sentence each, without any value. */
export function idleSettings(source: NodeJS.ProcessEnv = process.env): string[] {
  return [
    ...describeObsoleteSettings(source, SETTING_NAMES),
    ...describeMisspeltSettings(
      givenIn(source).given,
      [...SETTING_NAMES, ...SECRET_FILE_NAMES],
      Object.keys(OBSOLETE_SETTINGS),
    ),
  ];
}

/** The keys of a Supabase project, to be checked. */
export const loadSupabaseKeys = (source = process.env): SupabaseKeys =>
  readSupabaseKeys(givenIn(source).given);

/** Who is told of alarms, and in whose words: enough to try it, whatever else is set. */
export function loadAlarmSettings(
  source: NodeJS.ProcessEnv = process.env,
): Pick<Config, 'alarms' | 'messageLanguage'> {
  const env = readEnvironment(source, alarmContradictions);
  return { alarms: alarmsOf(env), messageLanguage: env.MESSAGE_LANGUAGE };
}

/** Where a Waybell keeps its files: enough to stop it, whatever else is set. */
export function loadDataDir(source: NodeJS.ProcessEnv = process.env): string {
  return path.resolve(readEnvironment(source, () => []).DATA_DIR);
}

/** How persons show who they are: enough to look at a token, whatever else is set. */
export function loadAccessTokens(source: NodeJS.ProcessEnv = process.env): AccessTokenSettings {
  return accessTokensOf(readEnvironment(source, () => []));
}

export type ChannelSettings = Pick<Config, 'channelsFile' | 'port'>;

/** Where channels are kept, and where this machine reaches them: enough to change them, whatever else is set. */
export function loadChannelSettings(source: NodeJS.ProcessEnv = process.env): ChannelSettings {
  const env = readEnvironment(source, () => []);
  return { channelsFile: channelsFile(env), port: env.PORT };
}

function channelsFile({ CHANNELS_FILE, DATA_DIR }: Environment): string {
  return path.resolve(CHANNELS_FILE ?? path.join(DATA_DIR, 'channels.json'));
}

export type DatabaseSettings = Pick<Config, 'database' | 'shopTables' | 'allowedTriggers' | 'shadow'>;

/** What is about the database alone: enough to look at a shop's before anything else is decided. */
export function loadDatabaseSettings(source: NodeJS.ProcessEnv = process.env): DatabaseSettings {
  return databaseSettings(readEnvironment(source, () => []));
}

function databaseSettings(env: Environment): DatabaseSettings {
  return {
    database:
      env.DATABASE_URL === undefined
        ? { kind: 'embedded', port: env.POSTGRES_PORT }
        : { kind: 'external', url: env.DATABASE_URL },
    shopTables: env.SHOP_TABLES,
    allowedTriggers: env.ALLOWED_TRIGGERS,
    shadow: trialOf(env).shadow,
  };
}

/** The UI of an embedded server is where its port says; where that of another is, only a person knows. */
function temporalUiUrl(env: Environment): string | null {
  const embedded = env.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${env.TEMPORAL_UI_PORT}` : null;
  return (env.TEMPORAL_UI_URL ?? embedded)?.replace(/(?<!\/)\/+$/, '') ?? null;
}

/**
 * Reads and checks all settings.
 * @throws {SettingsError} naming every wrong variable at once.
 */
export function loadConfig(source: NodeJS.ProcessEnv = process.env): Config {
  const env = readEnvironment(source, contradictions);
  const external = env.DATABASE_URL !== undefined;
  return Object.freeze({
    production: env.NODE_ENV === 'production',
    logLevel: env.LOG_LEVEL,
    // Who is reached by others says so.
    host: env.HOST ?? '127.0.0.1',
    port: env.PORT,
    pushPort: env.PUSH_PORT,
    workerPort: env.WORKER_PORT,
    dataDir: path.resolve(env.DATA_DIR),
    ...databaseSettings(env),
    carriers: knowCarriers(env.CARRIER_MAP),
    temporal:
      env.TEMPORAL_ADDRESS === undefined
        ? {
            kind: 'embedded' as const,
            port: env.TEMPORAL_PORT,
            uiPort: env.TEMPORAL_UI_PORT,
            cliPath: env.TEMPORAL_CLI_PATH,
          }
        : { kind: 'external' as const, address: env.TEMPORAL_ADDRESS },
    temporalNamespace: env.TEMPORAL_NAMESPACE,
    workerVersioning: env.WORKER_VERSIONING,
    workerBuildId: env.WORKER_BUILD_ID,
    temporalUiUrl: temporalUiUrl(env),
    cloudFunctionUrl: env.CLOUD_FUNC_URL,
    push: pushSettingsOf(env),
    pushRates: env.PUSH_RATES,
    messageLanguage: env.MESSAGE_LANGUAGE,
    messageShape: messageShapeOf(env),
    withoutPush: env.WITHOUT_PUSH,
    newsAge: { zone: env.SHOP_TIME_ZONE, maxAgeHours: env.MAX_AGE_HOURS },
    statusMap: env.STATUS_MAP,
    webhookSecrets: env.WEBHOOK_SECRETS,
    trustedProxies: env.TRUSTED_PROXIES,
    keyRequestsPerSecond: env.KEY_REQUESTS_PER_SECOND,
    personRequestsPerMinute: env.PERSON_REQUESTS_PER_MINUTE,
    plaintext: plaintextOf(givenIn(source).given),
    channelsFile: channelsFile(env),
    deviceRegistration: env.DEVICE_REGISTRATION ?? (external ? 'key' : 'open'),
    apiKeys: env.API_KEYS,
    pickupCodeKeys: env.PICKUP_CODE_KEYS,
    accessTokens: accessTokensOf(env),
    maxDevices: { user: env.MAX_DEVICES_PER_USER, merchant: env.MAX_DEVICES_PER_MERCHANT },
    maxJournalBytes: env.JOURNAL_MAX_MB * 1024 * 1024,
    retention: retentionOf(env),
    alarms: alarmsOf(env),
    ...statusWebhooksOf(env),
    ...trialOf(env),
    ...consoleOf(env),
    legacyPaths: env.LEGACY_PATHS,
    unsignedWebhooks: env.UNSIGNED_WEBHOOKS !== undefined,
    waitLimits: waitLimitsOf(env),
  });
}
