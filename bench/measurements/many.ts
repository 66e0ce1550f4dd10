import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { deliverAll } from '../deliver';
import type { Measurement } from '../measurement';
import { addParcels } from '../parcels';
import { type Footprint, footprintOf, footprintRows, growthRows } from './footprint';

const SIZES = {
  full: { looks: [2_000, 20_000], portion: 1_000, settleMs: 20_000 },
  quick: { looks: [20, 60], portion: 20, settleMs: 3_000 },
};
/** Each sends its next webhook when both pushes of its last one are there. */
const LANES = 8;

export const many: Measurement = {
  name: 'many',
  title: '20,000 deliveries',
  onlyByName: true,
  mostMinutes: 120,
  method: `Not in a whole run, since it takes about half an hour on two cores: \`-- --only many\`. A Waybell of its own gets webhooks, ${LANES} deliveries under way at a time, each the first scan of a parcel with one buyer's phone and one merchant's phone. ${SIZES.full.settleMs / 1_000} s after each of ${SIZES.full.looks.map((count) => count.toLocaleString('en')).join(' and ')} deliveries it is looked at: the memory of its processes (proportional set size), and what the files of its data folder take on the disk. The growth is between the two looks, divided by the deliveries between them: what a start takes once is in neither. No row is so old that it is deleted. A negative number is memory or disk that was given back.`,
  async run(lab) {
    const { looks, portion, settleMs } = lab.quick ? SIZES.quick : SIZES.full;
    const waybell = await lab.startWaybell(await lab.newDataDir());
    const database = new pg.Pool({ connectionString: waybell.databaseUrl('waybell'), max: 1 });
    database.on('error', () => undefined);
    try {
      const seen: { readonly count: number; readonly footprint: Footprint }[] = [];
      let done = 0;
      for (const count of looks) {
        while (done < count) {
          const parcels = await addParcels(database, `MANY${done}X`, Math.min(portion, count - done));
          await deliverAll(lab.cloudFunction, waybell.url, parcels, LANES);
          done += parcels.length;
          lab.progress(`${done.toLocaleString('en')} deliveries`);
        }
        await sleep(settleMs);
        seen.push({ count, footprint: await footprintOf(waybell) });
      }
      const [early, late] = seen;
      if (!early || !late) throw new Error('two looks');
      return [
        ...seen.flatMap(({ count, footprint }) =>
          footprintRows(`after ${count.toLocaleString('en')} deliveries`, footprint),
        ),
        ...growthRows(early.footprint, late.footprint, late.count - early.count),
      ];
    } finally {
      await database.end();
      await waybell.stop();
    }
  },
};
