import type pg from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { countHeldDeactivations } from '../database/held-deactivations';
import { inTransaction, type Queryable } from '../database/pool';
import { listCircuits } from '../database/held';

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Shows what is held, in every process the same: it is in the database. Without the database it shows nothing. */
export function addProviderGauges(registry: Registry, pool: pg.Pool): void {
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (db: Queryable) => Promise<Sample[]>,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        const samples = await inTransaction(pool, read).catch((): Sample[] => []);
        for (const [labels, value] of samples) this.set(labels, value);
      },
    });
  };
  gauge(
    'waybell_provider_held',
    '1 while all pushes of a provider wait, and why.',
    ['provider', 'cause'],
    async (db) => (await listCircuits(db)).map(({ provider, cause }) => [{ provider, cause }, 1]),
  );
  gauge(
    'waybell_held_deactivations',
    'Devices that a provider calls gone while it calls too many so: a person decides.',
    ['provider'],
    async (db) => (await countHeldDeactivations(db)).map(({ provider, devices }) => [{ provider }, devices]),
  );
}
