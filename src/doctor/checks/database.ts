import { readServerFacts } from '../../database/server-facts';
import { NotReachable, type Check } from '../check';
import { ok, problem, warning, type Seen } from '../finding';

/** gen_random_uuid() is built in from here on. */
const OLDEST = 13;

export const postgresql: Check = {
  name: 'postgresql',
  async run({ database }) {
    try {
      const { pool } = await database();
      const { version, versionName, role, superuser, bypassesRls } = await readServerFacts(pool);
      const seen: Seen[] = [
        version >= OLDEST * 10_000
          ? ok(`PostgreSQL ${versionName} answers.`)
          : problem(`PostgreSQL ${versionName} is too old.`, `Upgrade it to ${OLDEST} or later.`),
      ];
      const rights = superuser
        ? 'superuser'
        : bypassesRls
          ? 'bypasses row-level security'
          : 'row-level security binds it';
      return [...seen, ok(`Connected as role ${role}: ${rights}.`)];
    } catch (error) {
      if (!(error instanceof NotReachable)) throw error;
      return [
        error.isExpected
          ? warning(error.message, 'Start Waybell (npm start).')
          : problem(error.message, 'Bring the server back; compare host, role and password of DATABASE_URL.'),
      ];
    }
  },
};
