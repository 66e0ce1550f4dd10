import { randomBytes } from 'node:crypto';
import type pg from 'pg';

const PASSWORD = 'x';

export interface WorkerRole {
  readonly name: string;
  /** The same database, entered as this role. */
  enter(url: string): string;
  close(): Promise<void>;
}

/** A role of Waybell's own, made by the shop's; `waybell migrate --worker` is still to come. */
export async function createWorkerRole(shop: pg.Pool): Promise<WorkerRole> {
  const name = `waybell_worker_${randomBytes(4).toString('hex')}`;
  await shop.query(`create role ${name} login bypassrls password '${PASSWORD}'`);
  return {
    name,
    enter: (url) => {
      const entered = new URL(url);
      entered.username = name;
      entered.password = PASSWORD;
      return entered.href;
    },
    close: async () => {
      await shop.query(`grant ${name} to current_user; drop owned by ${name}; drop role ${name}`);
    },
  };
}
