import type { MessageShape } from '../config/message-shape';
import type { Claim } from '../database/pushes';
import type { PushMessage } from '../push/provider';
import { pushText } from '../push/text';
import { factsOnLockScreen, textOnLockScreen } from '../shipment/lock-screen';
import { lastFourOf } from '../shipment/message-text';
import { tapLink } from '../shipment/tap-link';

/** As it is where a shop has said nothing. */
const USUAL: MessageShape = {
  lockScreen: { level: 'parcel', shopName: null, language: 'zh' },
  linkTemplate: null,
};

/** What of a stored notification everybody may read, and what the app and the maker of the phone get beside it. */
export function shapeMessage(
  claim: Pick<Claim, 'title' | 'body' | 'content' | 'status' | 'trackingNo' | 'orderId'>,
  messageId: string,
  { lockScreen, linkTemplate }: MessageShape = USUAL,
): Pick<PushMessage, 'title' | 'content' | 'parcel' | 'link'> {
  const { status, orderId } = claim;
  const text = pushText(claim);
  const trackingNo = claim.trackingNo ?? '';
  const lastFour = trackingNo === '' ? null : lastFourOf(trackingNo);
  const facts = { message_id: messageId, status, last_four: lastFour, order_id: orderId };
  return {
    ...textOnLockScreen(text, lockScreen),
    parcel: { status, lastFour, orderId, shown: factsOnLockScreen(text, lastFour, lockScreen) },
    ...(linkTemplate !== null && { link: tapLink(linkTemplate, facts) }),
  };
}
