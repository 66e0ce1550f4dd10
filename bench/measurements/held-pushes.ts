import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Lab } from '../lab';
import type { Measurement } from '../measurement';
import { addParcels } from '../parcels';
import { untilCounted } from '../patience';
import { processorShare } from '../processor-time';
import { median } from '../statistics';
import { sendWebhook } from '../webhook';

const SIZES = {
  full: { parcels: 750, settleMs: 15_000, rounds: 2, lookMs: 30_000 },
  quick: { parcels: 25, settleMs: 3_000, rounds: 2, lookMs: 5_000 },
};
/** What may be spent on 1,500 pushes that nobody can send; percent of a core. */
const AIM = 3;
/** Fast enough, and no flood: what is measured comes after it. */
const PER_SECOND = 15;

export const heldPushes: Measurement = {
  name: 'held-pushes',
  title: 'While a provider is held',
  method: `What the process of \`waybell start\` takes of a core, API and worker together and without its PostgreSQL and Temporal: in ${SIZES.full.rounds} looks of ${SIZES.full.lookMs / 1_000} s with nothing to do, and in as many while ${2 * SIZES.full.parcels} pushes of ${SIZES.full.parcels} deliveries wait for a provider that is held, beginning ${SIZES.full.settleMs / 1_000} s after the last of them came. The difference is what they cost.`,
  async run(lab) {
    const { parcels: count, settleMs, rounds, lookMs } = lab.quick ? SIZES.quick : SIZES.full;
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const database = new pg.Pool({ connectionString: waybell.databaseUrl('waybell'), max: 1 });
    database.on('error', () => undefined);
    const look = async (what: string): Promise<number[]> => {
      await sleep(settleMs);
      const shares: number[] = [];
      for (let round = 0; round < rounds; round += 1) shares.push(await processorShare(waybell.pid, lookMs));
      lab.progress(`${what}: ${shares.map((share) => share.toFixed(1)).join(', ')} % of a core`);
      return shares;
    };
    try {
      const idle = await look('with nothing to do');
      await hold(database);
      await sendParcels(lab, database, waybell.url, count);
      const held = await look(`with ${2 * count} pushes held`);
      const cost = held.map((share) => Math.max(share - median(idle), 0));
      const row = { of: 'Waybell', unit: '% of a core' } as const;
      const each = (shares: readonly number[]): number[][] => shares.map((share) => [share]);
      return [
        { ...row, what: 'with nothing to do', rounds: each(idle) },
        { ...row, what: `with ${2 * count} pushes held`, rounds: each(held) },
        { ...row, what: 'the difference', rounds: each(cost), aims: { median: AIM } },
      ];
    } finally {
      await database.end();
      await waybell.stop();
    }
  },
};

/** As a provider does that refuses our keys, and goes on refusing them. */
async function hold(database: pg.Pool): Promise<void> {
  await database.query(
    `insert into waybell.push_circuits (provider, cause, words) values ('unicloud', 'credential', 'the bench')`,
  );
}

/** Until every push has been tried, and waits. */
async function sendParcels(lab: Lab, database: pg.Pool, url: string, count: number): Promise<void> {
  for (const parcel of await addParcels(database, 'HELD', count)) {
    await Promise.all([sendWebhook(url, parcel), sleep(1_000 / PER_SECOND)]);
  }
  await untilCounted('notifications of Waybell', 2 * count, async () => {
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from public.express_notifications',
    );
    return rows[0]?.count ?? 0;
  });
  lab.progress(`${2 * count} pushes wait`);
}
