import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTemporalAway } from '../setup/temporal-away';

/** When the SDK tries a call into nowhere for the second time: after 170 ms and a third more or less. */
const BEFORE_SECOND_TRY_MS = 50;

test('a call that waits for its next try ends with its connection, and the process lives on', async () => {
  const away = await openTemporalAway();
  const ended = expect(away.client.workflow.getHandle('any').describe()).rejects.toMatchObject({
    cause: { details: 'the connection is closed' },
  });
  await sleep(BEFORE_SECOND_TRY_MS);
  await away.close();
  await ended;
});
