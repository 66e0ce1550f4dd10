import { showDocs, showOpenApi } from './description-operations';
import { explainDeliveries, retryDelivery } from './delivery-operations';
import { listDevices, registerDevice, showWebPushKey, unregisterDevice } from './device-operations';
import { showLife, showMetrics, showReadiness } from './health-operations';
import { showAttention } from './attention-operations';
import { showAudit } from './audit-operations';
import { showErasure, startErasure } from './erasure-operations';
import { listInbox, markInbox } from './inbox-operations';
import { forgetJournal, showLedger } from './ledger-operations';
import { listParcels } from './parcel-operations';
import { listNotifications, retryNotification, showNotification } from './notification-operations';
import type { Operation } from './operation';
import { listProviders, releaseProvider, settleDeactivations } from './provider-operations';
import { listStatusReceivers, restartStatusReceiver } from './receiver-operations';
import { showPushTest, startPushTest } from './push-test-operations';
import { receiveGetuiReceipts, recordReceipt } from './receipt-operations';
import { showRetries, startRetries } from './retry-operations';
import { linkParcel, linkWaybill, listOrderParcels } from './waybill-operations';
import { listWebhooks } from './archive-operations';
import { listChannels } from './channel-operations';
import { listSeenWords } from './word-operations';
import { showTimeLine } from './time-line-operations';
import { receiveExpressStatus, receiveFromChannel } from './webhook-operations';

/** Every route, in the order in which people read about them. */
export const OPERATIONS: readonly Operation[] = [
  receiveExpressStatus,
  receiveFromChannel,
  listWebhooks,
  listChannels,
  listSeenWords,
  registerDevice,
  unregisterDevice,
  listDevices,
  showWebPushKey,
  recordReceipt,
  listInbox,
  markInbox,
  listParcels,
  receiveGetuiReceipts,
  linkWaybill,
  linkParcel,
  listOrderParcels,
  explainDeliveries,
  retryDelivery,
  showTimeLine,
  listNotifications,
  showNotification,
  retryNotification,
  startRetries,
  showRetries,
  listProviders,
  releaseProvider,
  settleDeactivations,
  startPushTest,
  showPushTest,
  listStatusReceivers,
  restartStatusReceiver,
  startErasure,
  showErasure,
  showAttention,
  showLedger,
  forgetJournal,
  showAudit,
  showLife,
  showReadiness,
  showMetrics,
  showOpenApi,
  showDocs,
];
