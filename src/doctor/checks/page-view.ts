import { examinePageView, PAGE_VIEW } from '../../database/schema/page-view';
import { ok, requireMigrations, warning, type Check } from '../check';

/** What pages of the shop read that ask PostgREST. */
export const pageView: Check = {
  name: 'page view',
  async run({ config: { shopTables }, database }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const found = await examinePageView(pool, shopTables);
    if (found === undefined) return [ok(`There is no view ${PAGE_VIEW} for pages, and none is needed.`)];
    if (found.length === 0) return [ok(`${PAGE_VIEW} shows people the scans of their own parcels.`)];
    return found.map((sentence) =>
      warning(sentence, 'As the owner of the tables: run what the sentence says (docs/shop.md).'),
    );
  },
};
