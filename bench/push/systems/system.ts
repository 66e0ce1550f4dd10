import type { Keys } from '../keys';
import type { ProviderName } from '../wires';

/** Where the fake providers are. */
export interface Urls {
  readonly http1: string;
  readonly apns: string;
}

/** One push to one phone; resolves when the provider has taken it, and rejects otherwise. */
export type Push = (target: string) => Promise<void>;

export interface Stage {
  readonly provider: ProviderName;
  readonly urls: Urls;
  readonly keys: Keys;
}

/** Opens what pushes as its documents tell: one client for all pushes. */
export type OpenSystem = (stage: Stage) => Promise<Push>;

/** The same for everybody who has such a limit. */
export const TIMEOUT_MS = 10_000;
export const TIME_TO_LIVE_SECONDS = 86_400;
export const SUBJECT = 'mailto:ops@shop.example';
/** An app of Apple's, as a shop has it. */
export const APPLE = { keyId: 'KEY1234567', teamId: 'TEAM123456', topic: 'com.example.shop' };

export const browserOf = (target: string, { urls }: Stage): string => `${urls.http1}/browser/${target}`;
/** What replaces an older message of the same parcel: at most 32 characters. */
export const collapseIdOf = (target: string): string => target.slice(-32);
/** When APNs may forget the message. */
export const expiryNow = (): number => Math.floor(Date.now() / 1_000) + TIME_TO_LIVE_SECONDS;
