import type { Queryable } from './pool';

export interface PushCode {
  readonly code: string;
  readonly count: number;
}

/** How a provider's pushes of the last 24 hours went, the most frequent first. */
export async function recentPushCodes(db: Queryable, provider: string): Promise<PushCode[]> {
  const { rows } = await db.query<PushCode>(
    `select coalesce(code, state) as code, count(*)::int as count
       from waybell.express_pushes
      where provider = $1 and answered_at > now() - interval '24 hours'
      group by 1 order by 2 desc, 1`,
    [provider],
  );
  return rows;
}
