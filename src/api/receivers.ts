import type { Router } from 'express';
import type { Config } from '../config/config';
import { inTransaction } from '../database/pool';
import { listReceivers, restartReceiver, type ReceiverState } from '../database/status-receivers';
import type { ApiDependencies } from './dependencies';
import { HttpProblem } from './http-problem';
import { serve } from './operation';
import { listStatusReceivers, restartStatusReceiver } from './receiver-operations';

/** What a person sees of those who are told each change of a status, and decides about them. */
export function addReceiverRoutes(router: Router, { pool, config }: ReceiverRouteParts): void {
  serve(router, listStatusReceivers, async () => {
    const states = await inTransaction(pool, (db) => listReceivers(db, idsOf(config)));
    return { ok: true, receivers: states.map(shown) };
  });

  serve(router, restartStatusReceiver, async ({ params: { name }, body: { after = null } }) => {
    const isSet = idsOf(config).includes(name);
    const goesOn = isSet ? await inTransaction(pool, (db) => restartReceiver(db, name, after)) : null;
    if (goesOn === null) throw new HttpProblem('receiver-unknown', `There is no receiver ${name}.`);
    return { ok: true, after: goesOn };
  });
}

type ReceiverRouteParts = Pick<ApiDependencies, 'pool'> & {
  readonly config: Pick<Config, 'receivers'>;
};

const idsOf = ({ receivers }: Pick<Config, 'receivers'>): string[] => receivers.map(({ id }) => id);

function shown(state: ReceiverState) {
  const { receiver, position, next, waiting, oldestAt, takenAt, failures, failingSince, words } = state;
  return {
    receiver,
    state: state.disabledAt !== null ? 'disabled' : failures > 0 ? 'failing' : 'well',
    ...{ after: position, next, waiting, oldest: oldestAt, taken_at: takenAt },
    ...{ failures, since: failingSince, words },
  } as const;
}
