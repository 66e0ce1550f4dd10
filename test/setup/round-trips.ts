import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { around } from './around-steps';
import type { Wrap } from './delivery-lab';

/** What the steps of deliveries asked of PostgreSQL. */
export interface Asked {
  /** How often somebody waited for an answer: statements that are sent behind one another wait once. */
  readonly trips: number;
  readonly statements: number;
  /** A statement without a transaction around it is one by itself. */
  readonly commits: number;
}

/** Counts what is asked over connections that a pool opens from now on. */
export function countAsked(pool: pg.Pool): {
  /** Stands between the workflow and its steps: what others ask is not counted. */
  readonly wrap: Wrap;
  /** What was asked since it was read last. */
  readSum(): Asked;
} {
  const within = new AsyncLocalStorage<true>();
  const nothing: Asked = { trips: 0, statements: 0, commits: 0 };
  let sum = nothing;
  const count = (text: string, isTrip: boolean, isAlone: boolean): void => {
    if (within.getStore() !== true) return;
    const isOfTransaction = /^(begin|commit|rollback)\b/.test(text);
    sum = {
      trips: sum.trips + (isTrip ? 1 : 0),
      statements: sum.statements + (isOfTransaction ? 0 : 1),
      commits: sum.commits + (text === 'commit' || (isAlone && !isOfTransaction) ? 1 : 0),
    };
  };
  pool.on('connect', (client) => {
    const ask = client.query.bind(client) as (config: pg.QueryConfig) => Promise<pg.QueryResult>;
    let underWay = 0;
    let isAlone = true;
    const counted = (config: pg.QueryConfig): Promise<pg.QueryResult> => {
      if (config.text.startsWith('begin')) isAlone = false;
      count(config.text, underWay === 0, isAlone);
      if (/^(commit|rollback)$/.test(config.text)) isAlone = true;
      underWay += 1;
      return ask(config).finally(() => (underWay -= 1));
    };
    client.query = counted as unknown as typeof client.query;
  });
  return {
    wrap: around(
      (_, step) =>
        (...args) =>
          within.run(true, () => step(...args)),
    ),
    readSum: () => {
      const read = sum;
      sum = nothing;
      return read;
    },
  };
}
