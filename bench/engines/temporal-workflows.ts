import { proxyLocalActivities, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type * as steps from './steps';

/** What no step costs less than: a workflow that does nothing. */
export function emptyWorkflow(): Promise<void> {
  return Promise.resolve();
}

type Steps = typeof steps;
const near = proxyLocalActivities<Steps>({ startToCloseTimeout: '2s' });
/** The first try of a push, as Waybell makes it: in the workflow task that found the devices. */
const firstTry = proxyLocalActivities<Steps>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1h',
  retry: { maximumAttempts: 1 },
});

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** The steps, search attributes, summaries and details of a usual delivery, and nothing else. */
export async function bareDelivery(trackingNo: string): Promise<object> {
  setCurrentDetails(`**yto ${trackingNo}**: storing the scans`);
  await near.persistWaybill.executeWithOptions({ summary: `persist waybill ${trackingNo}` }, [trackingNo]);
  setCurrentDetails(`**yto ${trackingNo}**: resolving the recipients`);
  await near.resolveRecipients.executeWithOptions({ summary: 'resolve recipients' }, [trackingNo]);
  upsertSearchAttributes([
    { key: keyword('OrderId'), value: `order-${trackingNo}` },
    { key: keyword('UserId'), value: `buyer-${trackingNo}` },
    { key: keyword('MerchantId'), value: `shop-${trackingNo}` },
    { key: keyword('SendStatus'), value: 'sending' },
  ]);
  setCurrentDetails(`**yto ${trackingNo}**: writing the notifications`);
  await near.upsertNotifications.executeWithOptions({ summary: 'upsert notifications' }, [trackingNo]);
  const { cids } = await near.findDevices.executeWithOptions({ summary: 'find devices' }, [trackingNo]);
  setCurrentDetails(`**yto ${trackingNo}**: pushing to ${cids.length} devices`);
  await Promise.all(
    cids.map((cid) =>
      firstTry.pushToDevice.executeWithOptions({ summary: `push to …${cid.slice(-4)}` }, [cid]),
    ),
  );
  setCurrentDetails(`**yto ${trackingNo}**: recording the outcome`);
  const outcome = await near.recordOutcome.executeWithOptions({ summary: 'record outcome' }, [trackingNo]);
  upsertSearchAttributes([{ key: keyword('SendStatus'), value: 'success' }]);
  setCurrentDetails(`**yto ${trackingNo}**: ended as success`);
  return outcome;
}
