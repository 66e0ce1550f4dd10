import { parcelOf } from './workflow-id';

/** What is known of a webhook beside its body. */
export interface WebhookContents {
  readonly workflowIds: readonly string[];
  readonly flaws: readonly { readonly code?: unknown }[];
}

/** A row whose waybill could not be read: it may be somebody else's. */
const OTHERS: unknown = 'row-unusable';

/** The numbers that a webhook told of. */
export function numbersOf({ workflowIds }: Pick<WebhookContents, 'workflowIds'>): string[] {
  const numbers = workflowIds.map((id) => parcelOf(id).trackingNo);
  return [...new Set(numbers.filter((number) => number !== null))];
}

/**
 * Whether the body of a webhook may go with what is erased: it tells of nothing else. One that tells of other parcels
 * too stays whole: a body that we have cut is none that its sender has signed, and every format would be cut otherwise.
 */
export function tellsOnlyOf(webhook: WebhookContents, isErased: (trackingNo: string) => boolean): boolean {
  const numbers = numbersOf(webhook);
  return numbers.length > 0 && numbers.every(isErased) && webhook.flaws.every(({ code }) => code !== OTHERS);
}
