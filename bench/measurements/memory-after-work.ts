import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurement } from '../measurement';
import { memoryOfTree, sum } from '../process-memory';
import { memoryOfStack, memoryRows } from './memory';

const SETTLE_MS = { full: 20_000, quick: 3_000 };

export const memoryAfterWork: Measurement = {
  name: 'memory-after-work',
  title: 'Memory after the work above',
  method: `One look, ${SETTLE_MS.full / 1_000} s after the last push of the measurements above. The three processes of the replica stand beside it without the PostgreSQL server, which both share and which is counted as Waybell's with all its connections; the real old pipeline also needs PostgREST, which the replica leaves out.`,
  async run(lab) {
    const { waybell, replica } = await lab.sideBySide();
    await sleep(lab.quick ? SETTLE_MS.quick : SETTLE_MS.full);
    const look = await memoryOfStack(waybell.pid);
    const old = (await Promise.all(replica.pids().map(memoryOfTree))).flat();
    lab.progress(`memory after work: ${sum(look, 'pss').toFixed(0)} MB`);
    return [
      ...memoryRows('after work', [look]),
      { what: 'its three processes', of: 'old pipeline', unit: 'MB', rounds: [[sum(old, 'pss')]] },
    ];
  },
};
