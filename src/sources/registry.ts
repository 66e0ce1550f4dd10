import { aftership } from './aftership';
import { easypost } from './easypost';
import { kdniao } from './kdniao';
import { kuaidi100 } from './kuaidi100';
import { ownSystem } from './own-system';
import { sendcloud } from './sendcloud';
import { seventeenTrack } from './seventeen-track';
import { sf } from './sf';
import { ship24 } from './ship24';
import { shippo } from './shippo';
import { standardWebhooks } from './standard-webhooks';
import { sto } from './sto';
import { trackingmore } from './trackingmore';
import { yto } from './yto';
import { zto } from './zto';
import { wordAt } from '../shipment/status';
import type { Source } from './source';

/** Every source. A new one is its file and its line here. */
export const SOURCES: readonly Source[] = [
  ownSystem,
  kuaidi100,
  kdniao,
  sf,
  zto,
  sto,
  yto,
  aftership,
  easypost,
  sendcloud,
  seventeenTrack,
  ship24,
  shippo,
  standardWebhooks,
  trackingmore,
];

/** The words that say that somebody else than the buyer has signed, a locker or a station too, as `source/word`. */
export const SIGNED_BY_ANOTHER: ReadonlySet<string> = new Set(
  SOURCES.flatMap(({ name, lockerSigned = [], signedByAnother = [] }) =>
    [...lockerSigned, ...signedByAnother].map((word) => wordAt(name, word)),
  ),
);

export function findSource(name: string): Source | undefined {
  return SOURCES.find((source) => source.name === name);
}
