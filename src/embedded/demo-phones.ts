/** A phone of the sample shop: a device in `sample-rows.sql`, drawn by the demo page. */
export interface DemoPhone {
  readonly cid: string;
  /** As the registration route wants it. */
  readonly owner: { readonly user_id: string } | { readonly merchant_id: string };
}

export const DEMO_PHONES: readonly DemoPhone[] = [
  { cid: 'demo-phone-buyer-1', owner: { user_id: 'user-0007' } },
  { cid: 'demo-phone-buyer-2', owner: { user_id: 'user-0007' } },
  { cid: 'demo-phone-shop-1', owner: { merchant_id: 'merchant-0007' } },
];
