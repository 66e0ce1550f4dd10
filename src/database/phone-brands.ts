import type { Queryable } from './pool';

/** More say nothing new about who makes the phones of a shop. */
const LOOKED_AT = 1_000;

/** How many of the phones that were seen last are of each brand, by what their apps said. */
export async function countBrands(
  db: Queryable,
  providers: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ brand: string; count: number }>(
    `select lower(seen.brand) as brand, count(*)::int as count
       from unnest($1::text[]) as asked(provider)
      cross join lateral (
        select d.brand from public.push_devices d
         where d.provider = asked.provider and d.is_active
         order by d.last_seen_at desc, d.id desc
         limit ${LOOKED_AT}) seen
      where seen.brand is not null
      group by 1`,
    [providers],
  );
  return new Map(rows.map(({ brand, count }) => [brand, count]));
}
