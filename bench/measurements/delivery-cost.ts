import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { CloudFunction } from '../cloud-function';
import { deliverAll } from '../deliver';
import type { Lab } from '../lab';
import type { Measurement, Row } from '../measurement';
import { addParcels } from '../parcels';
import { processorMsOfTree } from '../processor-time';
import type { Waybell } from '../waybell';

const SIZES = {
  full: { warmUp: 200, deliveries: 1_000, idleMs: 30_000 },
  quick: { warmUp: 10, deliveries: 30, idleMs: 3_000 },
};
const AT_ONCE = 4;
/** By then the archive has its bytes and the server's tables their size. */
const SETTLE_MS = 5_000;

/** Tables by how long their rows stay (docs/costs.md); what is in none of the two is counted with the deliveries. */
const ARCHIVE = 'webhooks';
const MESSAGES = 'express_notifications';

export const deliveryCost: Measurement = {
  name: 'delivery-cost',
  title: 'What one delivery costs',
  method: `A Waybell of its own, started twice on one data folder: ${SIZES.full.warmUp} webhooks in the first run, then ${SIZES.full.deliveries} more, ${AT_ONCE} at once, each the first scan of a parcel with one buyer's phone and one merchant's phone. “Processor” is the time of all processes of \`waybell start\`, PostgreSQL and Temporal among them, without what they take with nothing to do. The room is what tables with their indexes have grown by; of Temporal, what the SQLite file of its development server has grown by from the end of the first run to the end of the second. Rows of the shop's own tables were there before. It is divided by the deliveries, and no row is so old that it is deleted.`,
  async run(lab) {
    const { warmUp, deliveries, idleMs } = lab.quick ? SIZES.quick : SIZES.full;
    const dataDir = await lab.newDataDir();
    await inOneRun(lab, dataDir, (waybell, database) =>
      deliverNew(lab.cloudFunction, waybell, database, { prefix: 'COSTA', count: warmUp }),
    );
    const temporalBefore = await bytesOfTemporal(dataDir);

    const { tables, processorMs } = await inOneRun(lab, dataDir, async (waybell, database) => {
      const parcels = await addParcels(database, 'COSTB', deliveries);
      await sleep(SETTLE_MS);
      const idle = await processorWhile(waybell, () => sleep(idleMs));
      const before = await bytesOfTables(database);
      const busy = await processorWhile(waybell, async () => {
        await deliverAll(lab.cloudFunction, waybell.url, parcels, AT_ONCE);
        await sleep(SETTLE_MS);
      });
      const after = await bytesOfTables(database);
      const growth = [...after].map(([table, bytes]) => [table, bytes - (before.get(table) ?? 0)] as const);
      return { tables: new Map(growth), processorMs: busy.spent - (idle.spent * busy.ms) / idle.ms };
    });

    const each = (bytes: number): number => bytes / 1_024 / deliveries;
    const [archive, messages] = [tables.get(ARCHIVE) ?? 0, tables.get(MESSAGES) ?? 0];
    const all = [...tables.values()].reduce((sum, bytes) => sum + bytes, 0);
    const temporal = (await bytesOfTemporal(dataDir)) - temporalBefore;
    lab.progress(
      `one delivery: ${(processorMs / deliveries).toFixed(0)} ms, ${each(all + temporal).toFixed(0)} KB`,
    );
    const row = (what: string, unit: Row['unit'], value: number): Row => ({
      what,
      of: 'Waybell',
      unit,
      rounds: [[value]],
    });
    return [
      row('processor', 'ms', processorMs / deliveries),
      row('room: the webhook in the archive', 'KB', each(archive)),
      row('room: the messages', 'KB', each(messages)),
      row('room: scan, decision, pushes and the rest', 'KB', each(all - archive - messages)),
      row('room: history at Temporal', 'KB', each(temporal)),
    ];
  },
};

async function inOneRun<T>(
  lab: Lab,
  dataDir: string,
  work: (waybell: Waybell, database: pg.Pool) => Promise<T>,
): Promise<T> {
  const waybell = await lab.startWaybell(dataDir);
  const database = new pg.Pool({ connectionString: waybell.databaseUrl('waybell'), max: 1 });
  database.on('error', () => undefined);
  try {
    return await work(waybell, database);
  } finally {
    await database.end();
    await waybell.stop();
  }
}

async function deliverNew(
  cloud: CloudFunction,
  waybell: Waybell,
  database: pg.Pool,
  { prefix, count }: { readonly prefix: string; readonly count: number },
): Promise<void> {
  await deliverAll(cloud, waybell.url, await addParcels(database, prefix, count), AT_ONCE);
  await sleep(SETTLE_MS);
}

/** What the whole stack took of the processor in the meantime, and how long that was; milliseconds. */
async function processorWhile(
  { pid }: Waybell,
  work: () => Promise<void>,
): Promise<{ readonly spent: number; readonly ms: number }> {
  const [startedAt, before] = [performance.now(), await processorMsOfTree(pid)];
  await work();
  return { spent: (await processorMsOfTree(pid)) - before, ms: performance.now() - startedAt };
}

/** With their indexes and long values, by the name of the table. */
async function bytesOfTables(database: pg.Pool): Promise<Map<string, number>> {
  const { rows } = await database.query<{ name: string; bytes: number }>(
    `select c.relname as name, sum(pg_total_relation_size(c.oid))::float8 as bytes
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname in ('public', 'waybell') group by c.relname`,
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}

/** Asked while it is stopped: then its log is written into its file. */
async function bytesOfTemporal(dataDir: string): Promise<number> {
  const files = (await readdir(dataDir, { recursive: true })).filter((file) =>
    /temporal.*\.(db|sqlite)/.test(file),
  );
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(dataDir, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
