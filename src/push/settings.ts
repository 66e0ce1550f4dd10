import { z } from 'zod';
import * as kinds from './provider-kinds';
import { plainCid, type DeviceProblem, type RegisteringDevice } from './provider';
import { vapidKeys } from './webpush/keys';

const KINDS = Object.values(kinds);

/** What is in any of them is in all of them together. */
type Together<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
type Fields = Together<(typeof KINDS)[number]['settings']>;

/** The settings of all kinds of providers: one field per environment variable. */
export const pushSettingFields = Object.assign({}, ...KINDS.map(({ settings }) => settings)) as Fields;

export type PushSettings = z.output<z.ZodObject<Fields>>;

/** Pushes per second, by provider. */
export const pushRates = z.partialRecord(
  z.enum(KINDS.map(({ name }) => name)),
  z.number().positive().max(100_000),
);

/** Those of all settings that are about providers. */
export function pushSettingsOf(environment: PushSettings): PushSettings {
  const names = Object.keys(pushSettingFields) as (keyof PushSettings)[];
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as PushSettings;
}

/** Settings of one provider that do not go together. Each line names the variable to change. */
export function pushContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  return KINDS.flatMap((kind) => kind.contradictions(given));
}

/** What is wrong with a device that registers, in the words of its provider. */
export function deviceProblem(
  settings: PushSettings,
  provider: string,
  device: RegisteringDevice,
): DeviceProblem | null {
  const kind = KINDS.find(({ name }) => name === provider);
  return kind ? kind.deviceProblem(device, settings) : plainCid(device);
}

/** After how many days without a sign of life a device is dead; only of providers that have such a rule. */
export const SILENT_AFTER_DAYS: readonly { readonly provider: string; readonly days: number }[] =
  KINDS.flatMap(({ name, silentAfterDays: days }) => (days === null ? [] : [{ provider: name, days }]));

/** What browsers subscribe with; `null` while Web Push is not switched on. */
export function webPushKey({ VAPID_PRIVATE_KEY: privateKey }: PushSettings): string | null {
  return privateKey === undefined ? null : vapidKeys(privateKey).publicKey;
}
