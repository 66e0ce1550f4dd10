import type { NumberedRow } from './choose-waybill';
import type { Explanation } from './explanation';

/** As many as help: who gives the same number to more carriers looks at the table. */
const MOST = 3;

/** What else the shop has under the number of a waybill: it may be the same parcel under a name that we do not know. */
export function explainNear(near: readonly Pick<NumberedRow, 'carrier' | 'order_id'>[]): Explanation {
  const rows = near.slice(0, MOST);
  const en = rows.map(({ carrier, order_id: order }) =>
    [`under ${carrier ?? 'no carrier'}`, order === null ? 'without an order' : `with order ${order}`].join(
      ', ',
    ),
  );
  const zh = rows.map(({ carrier, order_id: order }) =>
    [
      carrier === null ? '未写明承运商' : `承运商 ${carrier}`,
      order === null ? '无订单' : `订单 ${order}`,
    ].join('，'),
  );
  return {
    en: `The same number exists ${en.join('; ')}.`,
    zh: `相同单号还存在于：${zh.join('；')}。`,
  };
}

/** What a person does about it. */
export const IF_IT_IS_THIS: Explanation = {
  en: 'If that is this parcel, say in CARRIER_MAP that the two names mean one carrier, and restart.',
  zh: '如果是同一个包裹，请在 CARRIER_MAP 中说明这两个名称是同一承运商，然后重启。',
};
