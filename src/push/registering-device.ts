import type { WebPushKeys } from './provider';

/** A device as its app registers it. */
export interface RegisteringDevice {
  readonly cid: string;
  readonly subscription: WebPushKeys | null;
}

/** Why a device cannot be pushed to, and which field says so. */
export interface DeviceProblem {
  readonly field: 'cid' | 'subscription';
  readonly words: string;
}

/** A rule for cids that have one shape. */
export const cidIs =
  (shape: RegExp, words: string) =>
  ({ cid }: RegisteringDevice): DeviceProblem | null =>
    shape.test(cid) ? null : { field: 'cid', words };

/** What uni-push and GeTui call a phone, and what a provider takes that says nothing else. */
export const plainCid = cidIs(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, - and _');
