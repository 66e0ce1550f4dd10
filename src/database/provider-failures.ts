import type { ProviderOutage } from '../shipment/provider-outage';
import type { Queryable } from './pool';

/** So many requests that fail, without one that succeeds between them, are no chance. */
const DOWN_AFTER = 3;
/** While a provider is down, its last failure is written so often, whatever fails meanwhile. */
const WRITTEN_EVERY = "interval '1 minute'";

/** Notes a request that failed. A provider that is down costs one look at its row for each. */
export async function noteFailedRequest(
  db: Queryable,
  provider: string,
  { reason, words }: { readonly reason: string; readonly words: string },
): Promise<void> {
  await db.query(
    `insert into waybell.provider_failures as f (provider, failures, reason, words)
     select $1, 1, $2, $3
      -- Before the row is locked, for which fifty that fail at once would wait in turn.
      where not exists (
        select from waybell.provider_failures
         where provider = $1 and failures >= ${DOWN_AFTER} and failed_at > now() - ${WRITTEN_EVERY})
     on conflict (provider) do update
        set failures = least(f.failures + 1, ${DOWN_AFTER}), failed_at = now(),
            reason = excluded.reason, words = excluded.words`,
    [provider, reason, words],
  );
}

/** SQL: forgets the failures of the provider `$<n>` once it has taken something. */
export const FORGET_FAILURES = (provider: string): string =>
  `delete from waybell.provider_failures where provider = ${provider}`;

/** Forgets what has failed: a person says that the cause is gone, or that nobody uses the provider any more. */
export async function forgetFailedRequests(db: Queryable, provider: string): Promise<void> {
  await db.query(FORGET_FAILURES('$1'), [provider]);
}

/** The providers that are down. */
export async function listOutages(db: Queryable): Promise<ProviderOutage[]> {
  const { rows } = await db.query<ProviderOutage>(
    `select provider, since, failed_at as "failedAt", reason, words
       from waybell.provider_failures where failures >= ${DOWN_AFTER} order by provider`,
  );
  return rows;
}
