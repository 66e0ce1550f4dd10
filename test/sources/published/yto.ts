import type { PublishedWords } from './published';

export const published: PublishedWords = {
  origin: [
    'YTO’s classic push, infoContent, in integrators’ code',
    'open-logistics-tracking/OLTS, mappings/cn/yto.csv',
  ],
  words: {
    ACCEPT: '接单',
    UNACCEPT: '不接单',
    GOT: '已揽收',
    NOT_SEND: '揽收失败',
    ARRIVAL: '已收入',
    DEPARTURE: '已发出',
    PACKAGE: '装包',
    UNPACK: '拆包',
    SENT_SCAN: '派件',
    INBOUND: '自提柜入柜',
    SIGNED: '签收成功',
    FAILED: '签收失败',
    FORWARDING: '转寄',
    TMS_RETURN: '退回',
    AIRSEND: '航空发货',
    AIRPICK: '航空提货',
  },
};
