import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Parcel, phonesOf } from '../parcels';
import { setting } from '../forked';

/**
 * The steps of a delivery without what Waybell does in them: each gives as much as its like gives, and only the push
 * goes anywhere.
 */
export interface Found {
  readonly trackingNo: string;
  readonly cids: Parcel['cids'];
}

export const persistWaybill = (trackingNo: string): Promise<object> =>
  Promise.resolve({ waybillId: `waybill-${trackingNo}`, verdict: 'announce', status: 'picked_up' });

export const resolveRecipients = (trackingNo: string): Promise<object> =>
  Promise.resolve({
    orderId: `order-${trackingNo}`,
    userId: `buyer-${trackingNo}`,
    merchantId: `shop-${trackingNo}`,
  });

export const upsertNotifications = (trackingNo: string): Promise<object> =>
  Promise.resolve(
    ['user', 'merchant'].map((audience) => ({ audience, messageId: `${trackingNo}:1:${audience}` })),
  );

export const findDevices = (trackingNo: string): Promise<Found> =>
  Promise.resolve({ trackingNo, cids: phonesOf(trackingNo) });

export const recordOutcome = (trackingNo: string): Promise<object> =>
  Promise.resolve({ trackingNo, sendStatus: 'success', audiences: ['user', 'merchant'] });

const agent = new Agent({ keepAlive: true });

export async function pushToDevice(cid: string): Promise<object> {
  const body = JSON.stringify({
    push_clientid: cid,
    title: 'Your parcel',
    content: 'The parcel was picked up',
  });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(setting('CLOUD_FUNC_URL'), { method: 'POST', agent, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  return { cid, state: 'accepted', answer: await text(response) };
}
