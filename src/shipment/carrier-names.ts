/**
 * The carriers that we know, and what everybody calls each: pure data. A name belongs to one carrier only; a test says
 * so. Names are compared as `spellCarrier` writes them.
 */
export interface CarrierNames {
  /** Our own word for it. */
  readonly code: string;
  /** As shops and people write it in Chinese. */
  readonly chinese: readonly string[];
  /** Codes of Kuaidi100, from the tables of tourze/kuaidi100-query-bundle and dongasai/kuaidi100, which agree. */
  readonly kuaidi100: readonly string[];
  /** `ShipperCode` of KDNiao, from bububa/kdniao. */
  readonly kdniao: readonly string[];
  /** Keys of 17TRACK, from wksw/17track-golang-sdk of October 2024: at home, and of the same numbers abroad. */
  readonly seventeenTrack: readonly string[];
  /** In English, and other spellings that shops use. Slugs of AfterShip only where one was seen in a source. */
  readonly others: readonly string[];
}

/** Freight of a company that is a network of its own, with numbers of its own, is a carrier of its own. */
export const CARRIERS: readonly CarrierNames[] = [
  {
    code: 'sf',
    chinese: ['顺丰速运', '顺丰', '顺丰快递', '顺丰速递'],
    kuaidi100: ['shunfeng'],
    kdniao: ['SF'],
    seventeenTrack: ['190766', '100012'],
    others: ['SF Express'],
  },
  {
    code: 'sf-freight',
    chinese: ['顺丰快运'],
    kuaidi100: ['shunfengkuaiyun'],
    kdniao: ['SHUNFENGKUAIYUN'],
    seventeenTrack: [],
    others: ['SF Freight'],
  },
  {
    code: 'zto',
    chinese: ['中通快递', '中通', '中通速递'],
    kuaidi100: ['zhongtong'],
    kdniao: ['ZTO'],
    seventeenTrack: ['190455', '190175'],
    others: ['ZTO Express'],
  },
  {
    code: 'sto',
    chinese: ['申通快递', '申通'],
    kuaidi100: ['shentong'],
    kdniao: ['STO'],
    seventeenTrack: ['190324', '190316'],
    others: ['STO Express'],
  },
  {
    code: 'yto',
    chinese: ['圆通速递', '圆通', '圆通快递'],
    kuaidi100: ['yuantong'],
    kdniao: ['YTO'],
    seventeenTrack: ['190157'],
    others: ['YTO Express'],
  },
  {
    code: 'yunda',
    chinese: ['韵达快递', '韵达速递', '韵达'],
    kuaidi100: ['yunda'],
    kdniao: ['YD'],
    seventeenTrack: ['190341'],
    others: ['Yunda Express'],
  },
  {
    code: 'jt',
    chinese: ['极兔速递', '极兔', '极兔快递'],
    kuaidi100: ['jtexpress'],
    kdniao: ['JTSD'],
    seventeenTrack: ['190442'],
    others: ['J&T CN'],
  },
  {
    code: 'jd',
    chinese: ['京东物流', '京东快递', '京东'],
    kuaidi100: ['jd'],
    kdniao: ['JD'],
    seventeenTrack: ['190302'],
    others: ['JD Logistics', 'JDL'],
  },
  {
    code: 'ems',
    chinese: ['邮政EMS', '中国邮政速递', '邮政特快专递'],
    kuaidi100: ['ems'],
    kdniao: ['EMS'],
    seventeenTrack: ['3013'],
    others: ['China EMS'],
  },
  {
    code: 'post',
    chinese: ['邮政快递包裹', '邮政标准快递', '邮政国内包裹', '中国邮政'],
    kuaidi100: ['youzhengguonei', 'youzhengbk'],
    kdniao: ['YZPY'],
    seventeenTrack: ['3011'],
    others: ['China Post'],
  },
  {
    code: 'deppon',
    chinese: ['德邦快递', '德邦物流', '德邦'],
    kuaidi100: ['debangkuaidi', 'debangwuliu'],
    kdniao: ['DBL', 'DBLKY'],
    seventeenTrack: ['190174'],
    others: ['Deppon Express'],
  },
  {
    code: 'cainiao',
    chinese: ['菜鸟速递', '菜鸟', '丹鸟', '丹鸟物流', '丹鸟快递'],
    kuaidi100: ['danniao'],
    kdniao: [],
    seventeenTrack: ['190271'],
    others: [],
  },
  {
    code: 'best',
    chinese: ['百世快递', '百世', '百世汇通', '汇通快递'],
    kuaidi100: ['huitongkuaidi'],
    kdniao: ['HTKY'],
    seventeenTrack: ['190259'],
    others: ['Best Express'],
  },
  {
    code: 'best-freight',
    chinese: ['百世快运'],
    kuaidi100: ['baishiwuliu'],
    kdniao: ['BTWL'],
    seventeenTrack: [],
    others: [],
  },
  {
    code: 'kye',
    chinese: ['跨越速运', '跨越'],
    kuaidi100: ['kuayue'],
    kdniao: ['KYSY'],
    seventeenTrack: ['190551'],
    others: ['KYE Express'],
  },
  {
    code: 'ane',
    chinese: ['安能快运', '安能物流', '安能'],
    kuaidi100: ['annengwuliu'],
    kdniao: ['ANEKY'],
    seventeenTrack: [],
    others: [],
  },
  {
    code: 'zjs',
    chinese: ['宅急送'],
    kuaidi100: ['zhaijisong'],
    kdniao: ['ZJS'],
    seventeenTrack: [],
    others: [],
  },
  {
    code: 'dhl',
    chinese: ['敦豪', 'DHL快递', '中外运敦豪'],
    kuaidi100: ['dhl', 'dhlen'],
    kdniao: ['DHL'],
    seventeenTrack: ['100001'],
    others: ['DHL Express'],
  },
  {
    code: 'ups',
    chinese: ['UPS快递', '联合包裹'],
    kuaidi100: ['ups', 'upsen'],
    kdniao: ['UPS'],
    seventeenTrack: ['100002'],
    others: [],
  },
  {
    code: 'fedex',
    chinese: ['联邦国际', '联邦快递', 'FedEx国际'],
    kuaidi100: ['fedex'],
    kdniao: ['FEDEX_GJ', 'FEDEX'],
    seventeenTrack: ['100003'],
    // Its slug at AfterShip, too.
    others: ['FedEx'],
  },
  {
    code: 'usps',
    chinese: ['美国邮政'],
    kuaidi100: ['usps'],
    kdniao: ['USPS'],
    seventeenTrack: ['21051'],
    // Its slug at AfterShip, too.
    others: ['USPS'],
  },
];
