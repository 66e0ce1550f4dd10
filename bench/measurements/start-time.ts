import type { Lab } from '../lab';
import type { Measurement, Row } from '../measurement';

const RUNS = { full: 3, quick: 1 };
const AIM_S = 15;

export const startTime: Measurement = {
  name: 'start-time',
  title: 'From the start to ready',
  method:
    'From the launch of `waybell start` to the words “Waybell is ready”, after which `/readyz` must answer 200: embedded PostgreSQL, Temporal development server, worker and HTTP. The Temporal CLI is there and the files are in the page cache. Cold: an empty data folder, so the database is created and migrated. Warm: the same folder once more. `npm start` compiles first, which is not in the figure.',
  async run(lab) {
    const cold: number[][] = [];
    const warm: number[][] = [];
    const runs = lab.quick ? RUNS.quick : RUNS.full;
    for (let run = 1; run <= runs; run += 1) {
      const dataDir = await lab.newDataDir();
      const first = await secondsToReady(lab, dataDir);
      const again = await secondsToReady(lab, dataDir);
      cold.push([first]);
      warm.push([again]);
      lab.progress(`start ${run} of ${runs}: cold ${first.toFixed(1)} s, warm ${again.toFixed(1)} s`);
    }
    return [row('cold data folder', cold), row('warm data folder', warm)];
  },
};

function row(what: string, rounds: number[][]): Row {
  return { what, of: 'Waybell', unit: 's', rounds, aims: { median: AIM_S } };
}

async function secondsToReady(lab: Lab, dataDir: string): Promise<number> {
  const waybell = await lab.startWaybell(dataDir);
  try {
    const answer = await fetch(`${waybell.url}/readyz`);
    if (!answer.ok) throw new Error(`/readyz answered ${answer.status} after "ready"`);
    return waybell.secondsToReady;
  } finally {
    await waybell.stop();
  }
}
