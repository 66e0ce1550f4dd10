import type pg from 'pg';
import type { Logger } from 'pino';
import type { ShopTables } from '../config/config';
import type { MessageShape } from '../config/message-shape';
import type { Retention } from '../config/retention';
import type { DeliveryReach } from '../deliveries/reach';
import type { NearPlaces } from '../push/near-places';
import type { PushClass, PushProvider } from '../push/provider';
import type { Carriers } from '../shipment/carriers';
import type { Language } from '../shipment/phrases';
import type { NewsAge } from '../shipment/news-age';
import type { StatusMap } from '../shipment/status';
import type { Audience } from '../shipment/update';

/** The clocks of a push. Tests have shorter ones. */
interface PushTimers {
  /** The deadline of a request; milliseconds. */
  readonly request: number;
  /** How soon a held push looks again whether it may go, where few wait; milliseconds. */
  readonly heldLook: number;
  /** By what the waits before the next try are multiplied. */
  readonly retryScale: number;
}

export const PUSH_TIMERS: PushTimers = {
  // A provider that needs longer is asked again: phones wait for news, not for a slow socket.
  request: 5_000,
  heldLook: 20_000,
  retryScale: 1,
};

/** What the activities are made of. */
export interface ActivityDeps extends DeliveryReach {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly carriers: Carriers;
  readonly statusMap: StatusMap;
  readonly language: Language;
  /** What of a message everybody may read, and where a tap on it leads. */
  readonly messageShape?: MessageShape;
  /** The words of sources, as `source/word`, that say that somebody else has signed. */
  readonly signedByAnother?: ReadonlySet<string>;
  /** Whose owners have no phone by design: nobody waits for one. */
  readonly withoutPush?: readonly Audience[];
  readonly retention: Retention;
  readonly newsAge: NewsAge;
  /** The clock by which news are too old; tests have one of their own. */
  readonly now?: () => number;
  /** By the name that `push_devices.provider` holds. */
  readonly providers: ReadonlyMap<string, PushProvider>;
  /** The owners and cids that are pushed to, and nobody else; everybody when absent. */
  readonly pushOnlyTo?: readonly string[] | null;
  /** Decides, and tells nobody: another system does. */
  readonly shadow?: boolean;
  /** Pushes per second by provider; no limit when absent. */
  readonly rates?: Readonly<Partial<Record<string, number>>>;
  /** The places of this process for pushes that are tried in the workflow task that found their device. */
  readonly nearPlaces?: NearPlaces;
  readonly log: Logger;
  /** Told of every answer of a provider. */
  readonly countPush?: (provider: string, answer: PushClass) => void;
  /** Told of every value of the shop's tables that is not understood, by its place in SHOP_TABLES. */
  readonly countUnread?: (setting: string) => void;
  readonly timers?: PushTimers;
}
