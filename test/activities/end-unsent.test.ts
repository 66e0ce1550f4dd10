import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEndUnsent, type EndUnsentInput } from '../../src/activities/end-unsent';
import { openDeliveryLab, type DeliveryLab } from '../setup/delivery-lab';

let lab: DeliveryLab;
beforeAll(async () => {
  lab = await openDeliveryLab();
});
afterAll(() => lab.close());

test.each([
  ['no-order', 'no-order'],
  // A step that a worker of the first versions began: it is tried again for up to 13 days.
  ['no order was linked in time', 'no-order'],
  ['cancelled by an operator', 'cancelled'],
])('a delivery that is ended for the reason “%s” has the code %s', async (reason, code) => {
  const workflowId = `ended/${reason}`;
  await lab.db.pool.query(
    `insert into waybell.express_updates (workflow_id, waybill_id, verdict, instance, decision, state)
     values ($1, 'waybill', 'stale', 1, '{}', 'open')`,
    [workflowId],
  );
  const input = { workflowId, sendStatus: 'no-targets', reason } as EndUnsentInput;
  await createEndUnsent(lab.deps)(input);
  const { rows } = await lab.db.pool.query(
    'select state, outcome, reason from waybell.express_updates where workflow_id = $1',
    [workflowId],
  );
  expect(rows).toEqual([{ state: 'closed', outcome: 'no-targets', reason: code }]);
});
