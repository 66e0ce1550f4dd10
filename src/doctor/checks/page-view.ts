import { examinePageView, PAGE_VIEW } from '../../database/schema/page-view';
import { ok, requireMigrations, warning, type Check } from '../check';

/** What pages of the shop read that ask PostgREST. */
export const pageView: Check = {
  name: 'page view',
  async run({ config: { shopTables }, database }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const found = await examinePageView(pool, shopTables);
    if (found === undefined)
      return [
        ok({
          en: `There is no view ${PAGE_VIEW} for pages, and none is needed.`,
          zh: `没有供页面使用的视图 ${PAGE_VIEW}，也不需要。`,
        }),
      ];
    if (found.length === 0)
      return [
        ok({
          en: `${PAGE_VIEW} shows people the scans of their own parcels.`,
          zh: `${PAGE_VIEW} 让每个人看到自己包裹的扫描。`,
        }),
      ];
    return found.map((sentence) =>
      warning(sentence, {
        en: 'As the owner of the tables: run what the sentence says (docs/shop.md).',
        zh: '请以表的所有者执行这句话中的内容（docs/shop.md）。',
      }),
    );
  },
};
