import { inEveryCase } from './rule';

/** What stands where a name could stand, and is no person: as it begins, so that common sentences stay readable. */

/** Service words, roles, places and companies. */
const NOT_OF_NAME = [
  '本人|家人|家属|家中|家里|他人|她人|别人|旁人|同事|同学|邻居|邻里|亲友|朋友|室友|门卫|门口|门岗|前台|物业|保安|管家|管理|房东|宿管|店员|店主|保姆|助理|秘书|收发|传达|值班|工作人员|客服|客户|顾客|买家|卖家|用户|业主|商家|商户|发货|收货|收件|寄件|签收|代收|代签|代取|代点|代办',
  '驿站|菜鸟|丰巢|蜂巢|云柜|速递易|近邻宝|快递|智能|自提|超市|便利|小区|学校|公司|单位|网点|站点|营业|服务|中心|仓库|仓|柜|店|站|点',
  '顺丰|圆通|中通|申通|韵达|百世|极兔|京东|邮政|中国|中邮|德邦|天天|优速|安能|跨越|丹鸟|日日顺|宅急送|兔喜|妈妈|熊猫|苏宁(?:易购|物流|小店|快递)|唯品|万达|国通|全峰|汇通',
  '包裹|包装|全部|全程|成功|安全|安装|安检|安排|时间|方便|方式|高速|高铁|管制|和|于(?:[今昨当次本][天日地月周晚晨]|明[天日早晚]|已|该|此|\\d)|单号|单件|何时|何人|何处|平台|平安|温馨|温度|常温|常规|连锁|连续|万国邮|水果|水电|金额|路上|路况|路线|车辆|车间|车牌|程序|石油|通知|都已|应收|应客|应买|应要|应急|全家|全员|车主|车队|房主|申请|申诉|祝您|计划|强行|安保|官方|原件|高层|感谢|谢谢|强制|从|查收|查看|查询|查验|向|支付|支持|左右|左侧|明细|明日|明天|明早|别墅|关闭|关注|关于|党员|司机|师傅|任何|任务|东(?!方|郭)|西(?!门)|南(?!宫)|北',
  '已|正|将|会|为|给|致电|拨打|联系|电话|手机|号码|派送|派件|派|配送|投递|投柜|妥投|送货|送|上门|取件|揽|凭|请|您|拒|未|无|不|没|开始|到|前往|途|运输|后|的|在|与|是|又|再|可|要|因|把|被|按|所|如|若|对|地址|信息|姓名|名|变更|更改|修改|要求|预约|确认|改|自|本|此|该|其|需|尚未|暂|由|当|今|昨|次|先|确|亲|指|留|来|电|出|外|休|身|有',
].join('|');

/** What follows a name and is no part of it. Few words of one character: they stand in names, too. */
export const AFTER_NAME =
  '已|正在|将|为您|给您|向您|致电|拨打|联系|电话|手机|号码|派送|派件|配送|投递|投柜|妥投|送货|送达|上门|取件|取走|揽收|揽件|揽|签收|簽收|代收|代签|代簽|代取|代领|领取|凭|请|您|拒收|拒绝|拒|未|无法|无人|不|没|因|安排|准备|开始|到达|前往|途中|完成|的|在|与|是|要求|地址|本人|处|同意|更改|修改|确认|预约|转|退';

/** Who signs and is nobody's name, in English: a name that begins so is none. */
const ENGLISH = [
  'the a an valued sir madam your our its their his her my this that us you him them it me',
  'front desk reception receptionist neighbour neighbor neighbours neighbors customer customers consignee recipient receiver addressee buyer agent carrier courier driver rider facility sorting post postal postman locker lockers parcel package mail mailbox mailroom letterbox security guard concierge doorman porter family member household house resident tenant owner occupant occupier office local partner merchant sender shipper seller store shop warehouse station depot hub customs airline airport linehaul someone somebody person people individual another other others authorised authorized signature signed self himself herself final destination address safe porch garage garden shed door doorstep gate lobby pick pickup drop dropoff point access collection city country origin overseas delivery delivered shipment manager staff employee colleague spouse wife husband parent mother father son daughter brother sister friend hotel school hospital university dock bank branch service services center centre team support number name phone details info information left right side back rear inside outside home away',
  'on in at to for from with near by of off out as via before after until per and or but if when while because is was are were be been has have had will would can could may must should did does not no none n/a unknown nobody never now today tomorrow yesterday soon again please refused refuses requested requests unavailable available absent moved closed contacted contact assigned arrived arriving en route nearby ready due pending scheduled attempted accepted collected received handed transit approved sort regional distribution logistics shipping freight express cargo third transport next last first new same some one both all any each electronic system data police building apartment club leasing bell valet night day worker assistant secretary housekeeper nanny maid handling processing regular customer’s import export broker line linehaul air sea rail',
  'usps ups fedex dhl gls dpd hermes evri amazon yodel tnt sf sto yto zto ems royal deutsche canada australia china correos colissimo chronopost inpost postnl bpost aramex ontrac lasership yunexpress cainiao jd yanwen purolator parcelforce swiss japan singapore hongkong usa us uk eu',
]
  .flatMap((words) => words.split(' '))
  .flatMap(inEveryCase)
  .join('|');

/** Cities and provinces that begin with a surname. */
const CITIES =
  '郑州|温州|常州|常德|常熟|柳州|梅州|黄山|黄石|黄冈|黄埔|黄岛|唐山|金华|金昌|金山|石家庄|石狮|马鞍山|安庆|安阳|安康|安顺|安徽|安溪|宁波|宁德|宁夏|江门|江阴|江苏|江西|江北区|江宁区|乐山|乐清|景德镇|龙岩|龙岗|龙华|吉林|吉安|张家(?:港|口|界)|连云港|许昌|邢台|齐齐哈尔|宿州|宿迁|贺州|池州|滕州|晋中|晋城|晋江|苏州|徐州|徐汇|沈阳|成都|秦皇岛|包头|武汉|武威|武进|武昌|白银|白城|白云|曲靖|海口|高雄|高邮|高密|高新|毕节|万州|万宁|荆州|荆门|桂林|钟祥|单县|费县|曹县|丰台|余姚|余杭|萧山|云南|云浮|广州|广西|广东|广安|新疆|福州|福建|柏林|罗湖|顺义|房山|朱家角|罗马|路桥|辛集|鲁山|古田|毛里|于田|应城|易县|卫辉|华东|华南|华北|华中';

/** Where something says that a person follows. */
export const NO_CHINESE_NAME = `(?!${NOT_OF_NAME})`;
/** Where nothing says so. */
export const NO_CITY = `(?!${CITIES})`;
export const NO_ENGLISH_NAME = `(?!(?:${ENGLISH})(?![\\p{L}\\d’]))`;

/** As the name of a place ends, or of a company. */
export const NO_PLACE =
  '(?!\\p{Script=Han}{0,4}(?:柜|站|店|处|点|部|局|厅|库|院|校|所|超市|中心|公司|物业|保安|门卫|前台|室|人员|速递|快递|物流|速运|邮政|集团|仓|网|员|省|市|区|县|镇|乡|机场)(?:[^\\p{Script=Han}]|$|已|签|代|领|收))';
