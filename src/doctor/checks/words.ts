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
    if (scans === 0) return [ok({ en: 'No status word is unknown.', zh: '没有不认识的状态词。' })];
    const named = unknown
      .slice(0, MOST_NAMED)
      .map(({ source, word, count }) => `${wordAt(source, word)} (${count})`);
    const more = unknown.length - MOST_NAMED;
    const sentence = {
      en: `${scans} scan(s) are in status words that no table knows, and tell nobody anything: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
      zh: `有 ${scans} 条扫描使用了不在任何表中的状态词，不会通知任何人：${named.join('、')}${more > 0 ? `，以及另外 ${more} 个` : ''}。`,
    };
    if (scans < MANY) return [ok(sentence)];
    return [
      warning(sentence, {
        en: '"waybell words" prints the setting that maps them; restart, then "waybell replay" tells what is not too old.',
        zh: 'waybell words 会打印映射它们的设置；重新启动，再用 waybell replay 通知还不太旧的内容。',
      }),
    ];
  },
};
