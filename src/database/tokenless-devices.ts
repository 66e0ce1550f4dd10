import type { Queryable } from './pool';

/** Phones of one app that registered without a key or a token, and have not come with one since. */
export interface TokenlessPhones {
  readonly appid: string;
  readonly phones: number;
  /** When the first of them came so. */
  readonly since: Date;
  /** When the last of them came. */
  readonly lastAt: Date;
}

/** A shop has a handful of apps. */
const MOST_APPS = 20;

/** Of phones that are active, by app; the app with most of them first. */
export async function countTokenlessPhones(db: Queryable): Promise<TokenlessPhones[]> {
  const { rows } = await db.query<TokenlessPhones>(
    `select appid, count(*)::int as phones, min(tokenless_since) as since, max(registered_at) as "lastAt"
       from public.push_devices
      where tokenless_since is not null and is_active
      group by appid order by phones desc, appid limit ${MOST_APPS}`,
  );
  return rows;
}
