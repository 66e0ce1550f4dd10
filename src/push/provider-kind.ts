import type { z } from 'zod';
import { plainCid, type DeviceProblem, type PushProvider, type RegisteringDevice } from './provider';

/** The variables as they are written. */
type Given = Readonly<Record<string, string | undefined>>;

interface KindParts<Settings extends z.ZodRawShape, Needed extends keyof Settings> {
  /** What `push_devices.provider` holds. */
  readonly name: string;
  /** One field per environment variable. */
  readonly settings: Settings;
  /** These switch it on: all of them, or none. */
  readonly neededTogether: readonly Needed[];
  /** Rules that join several settings. */
  readonly contradictions?: (given: Given) => string[];
  /** What is wrong with a device that registers; a plain cid is asked for unless said. */
  readonly deviceProblem?: (device: RegisteringDevice, settings: Values<Settings>) => DeviceProblem | null;
  /** A device that was not heard of for so long is dead. Left out where the provider's own answers tell. */
  readonly silentAfterDays?: number;
  readonly create: (settings: SwitchedOn<Settings, Needed>) => PushProvider;
}

type Values<Settings extends z.ZodRawShape> = z.output<z.ZodObject<Settings>>;
type SwitchedOn<Settings extends z.ZodRawShape, Needed extends keyof Settings> = Values<Settings> & {
  readonly [Name in Needed]: NonNullable<z.output<Settings[Name]>>;
};

/** A kind of provider as the registry knows it. */
export interface ProviderKind<Settings extends z.ZodRawShape> {
  readonly name: string;
  readonly settings: Settings;
  readonly contradictions: (given: Given) => string[];
  readonly deviceProblem: (device: RegisteringDevice, settings: Values<Settings>) => DeviceProblem | null;
  readonly silentAfterDays: number | null;
  /** `undefined` while its settings do not switch it on. */
  readonly create: (settings: Values<Settings>) => PushProvider | undefined;
}

export function providerKind<Settings extends z.ZodRawShape, Needed extends keyof Settings & string>({
  name,
  settings,
  neededTogether,
  contradictions = () => [],
  deviceProblem = plainCid,
  silentAfterDays,
  create,
}: KindParts<Settings, Needed>): ProviderKind<Settings> {
  return {
    name,
    settings,
    deviceProblem,
    silentAfterDays: silentAfterDays ?? null,
    contradictions(given) {
      const missing = neededTogether.filter((needed) => given[needed] === undefined);
      const [first] = neededTogether.filter((needed) => given[needed] !== undefined);
      const problems =
        first === undefined ? [] : missing.map((each) => `${each}: required when ${first} is set`);
      return [...problems, ...contradictions(given)];
    },
    create(values) {
      const isOn = neededTogether.every(
        (needed) => (values as Record<string, unknown>)[needed] !== undefined,
      );
      return isOn ? create(values as SwitchedOn<Settings, Needed>) : undefined;
    },
  };
}
