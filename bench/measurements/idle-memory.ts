import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurement } from '../measurement';
import type { ProcessMemory } from '../process-memory';
import { sum } from '../process-memory';
import { IDLE_HOPE, memoryOfStack, memoryRows } from './memory';

const RUNS = { full: 3, quick: 1 };
/** By then caches and pools have what a start fills them with. */
const SETTLE_MS = { full: 20_000, quick: 3_000 };

export const idleMemory: Measurement = {
  name: 'idle-memory',
  title: 'Idle memory',
  method: `${SETTLE_MS.full / 1_000} s after ready on a new data folder, with nothing to do. The proportional set size of every process of the stack, from \`/proc/<pid>/smaps_rollup\`: pages that its processes share are counted once. Program pages that processes outside the stack use too, such as the bench's own Node.js, are shared with them, so this errs a little in favour of Waybell. The sum of the resident set sizes counts every shared page again for each process, and is the upper bound.`,
  async run(lab) {
    const looks: ProcessMemory[][] = [];
    const runs = lab.quick ? RUNS.quick : RUNS.full;
    for (let run = 1; run <= runs; run += 1) {
      const waybell = await lab.startWaybell(await lab.newDataDir());
      try {
        await sleep(lab.quick ? SETTLE_MS.quick : SETTLE_MS.full);
        const look = await memoryOfStack(waybell.pid);
        looks.push(look);
        lab.progress(`idle memory ${run} of ${runs}: ${sum(look, 'pss').toFixed(0)} MB`);
      } finally {
        await waybell.stop();
      }
    }
    return memoryRows('idle', looks, IDLE_HOPE);
  },
};
