import type { SaidText } from '../database/scan-texts';
import type { ReadDelivery } from '../deliveries/workflow-id';

/** What the scans of a request say in words, each with whose it is. */
export function textsOf(deliveries: readonly ReadDelivery[], receivedAt: Date): SaidText[] {
  return deliveries.flatMap(({ update: { source, trackingNo }, texts }) =>
    texts.map((text) => ({ ...text, source, trackingNo, receivedAt })),
  );
}
