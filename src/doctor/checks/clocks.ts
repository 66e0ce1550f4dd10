import { readServerFacts } from '../../database/server-facts';
import type { Check } from '../check';
import { ok, problem, warning } from '../finding';

/** Waits, probes and tokens are compared across machines. */
const UNPLEASANT_MS = 5_000;
/** Signatures and access tokens are refused from some minutes on. */
const WRONG_MS = 60_000;

const HOW = 'Let a time service (chrony, systemd-timesyncd) set both clocks.';

/** Compares our clock with that of PostgreSQL. Of Temporal's clock only the times of the sweep are seen. */
export const clocks: Check = {
  name: 'clocks',
  async run({ database, clock }) {
    const { pool } = await database();
    const before = clock();
    const { now } = await readServerFacts(pool);
    const after = clock();
    // As far as the answer's way does not explain it.
    const apartMs = Math.max(before - now, now - after, 0);
    const found = `The clocks of this machine and of PostgreSQL are ${(apartMs / 1000).toFixed(1)} s apart.`;
    if (apartMs > WRONG_MS) return [problem(found, HOW)];
    return [apartMs > UNPLEASANT_MS ? warning(found, HOW) : ok(found)];
  },
};
