import { listWords } from '../../intake/words';
import { wordAt } from '../../shipment/status';
import { ok, requireMigrations, warning, type Check } from '../check';

/** Scans in unknown words from which on they are many: a few come of typing errors and of tests. */
const MANY = 10;
/** Words that are looked at, and words that are named. */
const MOST_LOOKED_AT = 200;
const MOST_NAMED = 5;

/** Whether senders say much in words that nobody has explained: such scans tell nobody anything. */
export const words: Check = {
  name: 'words',
  async run({ config, database }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const seen = await listWords({ pool, statusMap: config.statusMap }, MOST_LOOKED_AT);
    const unknown = seen.filter(({ standing }) => standing === 'unknown');
    const scans = unknown.reduce((sum, { count }) => sum + count, 0);
    if (scans === 0) return [ok('No status word is unknown.')];
    const named = unknown
      .slice(0, MOST_NAMED)
      .map(({ source, word, count }) => `${wordAt(source, word)} (${count})`);
    const rest = unknown.length > MOST_NAMED ? ` and ${unknown.length - MOST_NAMED} more` : '';
    const sentence = `${scans} scan(s) are in status words that no table knows, and tell nobody anything: ${named.join(', ')}${rest}.`;
    if (scans < MANY) return [ok(sentence)];
    return [
      warning(
        sentence,
        '"waybell words" prints the setting that maps them; restart, then "waybell replay" tells what is not too old.',
      ),
    ];
  },
};
