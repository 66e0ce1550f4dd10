import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * What ops can search for in the Temporal UI. SQL visibility stores at most 10 keywords and 3 keyword lists
 * per namespace (server 1.29); ids and tracking numbers only, since search attributes are never encrypted.
 */
export const CARRIER = defineSearchAttributeKey('Carrier', 'KEYWORD');
export const TRACKING_NO = defineSearchAttributeKey('TrackingNo', 'KEYWORD');
export const DELIVERY_STATUS = defineSearchAttributeKey('DeliveryStatus', 'KEYWORD');
export const SEND_STATUS = defineSearchAttributeKey('SendStatus', 'KEYWORD');
export const ORDER_ID = defineSearchAttributeKey('OrderId', 'KEYWORD');
export const USER_ID = defineSearchAttributeKey('UserId', 'KEYWORD');
export const MERCHANT_ID = defineSearchAttributeKey('MerchantId', 'KEYWORD');
/** What the delivery waits for. A list: buyer and merchant may need two different things. */
export const ATTENTION = defineSearchAttributeKey('Attention', 'KEYWORD_LIST');

export const SEARCH_ATTRIBUTES = [
  CARRIER,
  TRACKING_NO,
  DELIVERY_STATUS,
  SEND_STATUS,
  ORDER_ID,
  USER_ID,
  MERCHANT_ID,
  ATTENTION,
] as const;
