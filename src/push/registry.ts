import type { PushSettings } from './settings';
import type { PushProvider } from './provider';
import * as kinds from './provider-kinds';

/**
 * The providers that the settings switch on, by the name that `push_devices.provider` holds.
 * @throws {Error} when the file of a key cannot be read.
 */
export function createProviders(settings: PushSettings): ReadonlyMap<string, PushProvider> {
  const providers = Object.values(kinds).map((kind) => kind.create(settings));
  return new Map(providers.filter((provider) => provider !== undefined).map((each) => [each.name, each]));
}
