import type pg from 'pg';
import type { Logger } from 'pino';
import type { ShopTables } from '../config/config';
import type { PushClass, PushProvider } from '../push/provider';
import type { Language } from '../shipment/message-text';
import type { StatusMap } from '../shipment/status';
import type { DeliveryControl } from '../retry/delivery-control';
import type { DueWait } from '../database/due-waits';
import type { PushTimers } from './push-timers';

/** What the activities are made of. */
export interface ActivityDeps {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly statusMap: StatusMap;
  readonly language: Language;
  /** By the name that `push_devices.provider` holds. */
  readonly providers: ReadonlyMap<string, PushProvider>;
  /** Pushes per second by provider; no limit when absent. */
  readonly rates?: Readonly<Partial<Record<string, number>>>;
  /** Signals a waiting delivery. `gone`: Temporal has no open workflow of that id. */
  readonly wake: (wait: DueWait) => Promise<'woken' | 'gone'>;
  /** Finds deliveries and tries them again, for a retry of many. */
  readonly deliveries: DeliveryControl;
  readonly log: Logger;
  /** Told of every answer of a provider. */
  readonly countPush?: (provider: string, answer: PushClass) => void;
  readonly timers?: PushTimers;
}
