/** What a carrier may write of people, for a search in what is kept of it. No two seeds share a mark. */
export interface Seed {
  readonly trackingNo: string;
  readonly status: string;
  readonly text: string;
  /** Where it is said with the place, as SF does. */
  readonly place?: string;
  /** What rules find. */
  readonly masked: readonly string[];
  /** What no rule finds, since it has no form: in the text, as the place, or as a word that no table lists. */
  readonly medicine?: string;
  readonly word?: string;
}

/** Said while every part runs. */
export const IN_ORDER: readonly Seed[] = [
  {
    trackingNo: 'YT7700000000001',
    status: 'in_transit',
    text: '快件由王小明代收，电话138.0013.8000，收件地址浙江省杭州市西湖区文三路138号3幢2单元501室，内件阿莫西林胶囊',
    masked: ['王小明', '138.0013.8000', '13800138000', '文三路138号', '501室'],
    medicine: '阿莫西林胶囊',
  },
  {
    trackingNo: 'YT7700000000002',
    status: 'available_for_pickup',
    text: '您的二甲双胍片已到达丰巢柜，请凭取件码8-3-2046取件，联系人张女士 139 1234\u200b5678，邮箱 wang.xm@example.com',
    masked: ['8-3-2046', '张女士', '139 1234\u200b5678', '13912345678', '12345678', 'wang.xm@example.com'],
    medicine: '二甲双胍片',
  },
  {
    trackingNo: 'YT7700000000003',
    status: '已交布洛芬窗口',
    text: 'Signed by: john smith, 12 Main Street, Apt 4B, phone +86 (137) 6543-2109',
    masked: ['john smith', '12 Main Street', '6543-2109', '137) 6543'],
    word: '已交布洛芬窗口',
  },
  {
    trackingNo: 'SF7700000000004',
    status: '50',
    place: '康宁肿瘤医院药房',
    text: '顺丰速运 已收取快件，寄件人：陈建国，身份证330106198501012345',
    masked: ['陈建国', '330106198501012345'],
  },
  {
    trackingNo: 'SF7700000000007',
    status: '布地奈德急送',
    place: '静安区雾化室',
    text: '交接给 Dr. Emily Watson',
    masked: ['Emily Watson'],
    word: '布地奈德急送',
  },
];

/** Said while PostgreSQL is away. */
export const WITHOUT_DATABASE: readonly Seed[] = [
  {
    trackingNo: 'YT7700000000005',
    status: 'out_for_delivery',
    text: '派件员正在派送阿司匹林肠溶片，联系电话136-8888-1234，收件人：李秀英，微信号：lixy_1962',
    masked: ['136-8888-1234', '13688881234', '李秀英', 'lixy_1962'],
    medicine: '阿司匹林肠溶片',
  },
  {
    trackingNo: 'SF7700000000006',
    status: '30',
    place: '长宁区血液透析中心',
    text: '快件到达，暂存门卫，开门码６６１９２８',
    masked: ['６６１９２８', '661928'],
  },
];
