import { readServerFacts } from '../../database/server-facts';
import type { Check, DoctorContext } from '../check';
import { ok, problem, warning } from '../finding';
import { readTemporalTime } from '../temporal-time';

/** Waits, probes and tokens are compared across machines. */
const UNPLEASANT_MS = 5_000;
/** Signatures and access tokens are refused from some minutes on. */
const WRONG_MS = 60_000;

const HOW = 'Let a time service (chrony, systemd-timesyncd) set both clocks.';

/** Compares our clock with that of a server: waits begin by one and end by the other. */
function clockCheck(part: string, read: (context: DoctorContext) => Promise<() => Promise<number>>): Check {
  return {
    name: 'clocks',
    async run(context) {
      // Connected first, so that only the way of one answer is between the two times.
      const readServer = await read(context);
      const before = context.clock();
      const server = await readServer();
      const after = context.clock();
      // As far as the answer's way does not explain it.
      const apartMs = Math.max(before - server, server - after, 0);
      const seconds = (apartMs / 1000).toFixed(1);
      const found =
        seconds === '0.0'
          ? `The clocks of this machine and of ${part} go together.`
          : `The clock of ${part} is ${seconds} s ${server > after ? 'ahead of' : 'behind'} that of this machine.`;
      if (apartMs > WRONG_MS) return [problem(found, HOW)];
      return [apartMs > UNPLEASANT_MS ? warning(found, HOW) : ok(found)];
    },
  };
}

export const clockOfPostgresql = clockCheck('PostgreSQL', async ({ database }) => {
  const { pool } = await database();
  return async () => (await readServerFacts(pool)).now;
});

export const clockOfTemporal = clockCheck('Temporal', async ({ temporal }) => {
  const client = await temporal();
  return () => readTemporalTime(client);
});
