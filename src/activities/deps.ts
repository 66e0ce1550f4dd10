import type pg from 'pg';
import type { Logger } from 'pino';
import type { ShopTables } from '../config';
import type { PushProvider } from '../push/provider';
import type { Language } from '../shipment/message-text';
import type { StatusMap } from '../shipment/status';
import type { DueWait } from '../database/due-waits';

/** What the activities are made of. */
export interface ActivityDeps {
  readonly pool: pg.Pool;
  readonly shopTables: ShopTables;
  readonly statusMap: StatusMap;
  readonly language: Language;
  /** By the name that `push_devices.provider` holds. */
  readonly providers: ReadonlyMap<string, PushProvider>;
  /** Signals a waiting delivery. `gone`: Temporal has no open workflow of that id. */
  readonly wake: (wait: DueWait) => Promise<'woken' | 'gone'>;
  readonly log: Logger;
}
