import type { PublishedWords } from './published';

export const published: PublishedWords = {
  origin: [
    'ZTO’s push of traces, action, in the comments of an integrator (Java, ZtoTrackObj, 2025) and the table of another (PHP, expState)',
  ],
  words: {
    GOT: '收件：网点揽收',
    DEPARTURE: '发件：从网点或分拨中心发出',
    ARRIVAL: '到件：到达网点或分拨中心',
    DISPATCH: '派件：业务员派送',
    RETURN_SCAN: '退件：发生退回或改地址，具体类型见 returnType',
    RETURN_SIGNED: '退件签收：已经退回至寄件客户',
    INBOUND: '入站：放入快递超市/自提柜/第三方代理点等',
    HANDOVERSCAN_SIGNED: '第三方妥投：入站后妥投成功',
    DEPARTURE_SIGNED: '出站签收：客户从快递超市/自提柜/第三方代理点等取出',
    SIGNED: '签收：客户正常签收',
    PROBLEM: '问题件：类型在 problemCode',
  },
};
