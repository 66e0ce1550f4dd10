/**
 * The words of src/push/classes/makers.ts, and the sources of src/shipment/maker-codes.ts, in Chinese: the tables of
 * docs/push.zh-CN.md are written with them. Only the pages need them, so they are no part of what runs.
 */
const TRANSLATED: Readonly<Record<string, string>> = {
  sure: '可靠',
  likely: '很可能',
  'not seen': '没见过',
  'none seen': '没有看到',

  'Huawei (Android)': '华为（安卓）',
  Honor: '荣耀',
  'Xiaomi, Redmi, POCO': '小米、Redmi、POCO',
  'OPPO, OnePlus, realme': 'OPPO、一加、realme',
  'vivo, iQOO': 'vivo、iQOO',
  Meizu: '魅族',
  'Android with Google, by `fcm`': '带有 Google 服务的安卓，通过 `fcm`',
  'Apple, by `apns`, `fcm`, `getui`, `unicloud`': 'Apple，通过 `apns`、`fcm`、`getui`、`unicloud`',

  'AppGallery Connect, Push Kit: the right of self-classification, type EXPRESS (orders and logistics)':
    'AppGallery Connect 的 Push Kit：自分类权益，类型 EXPRESS（订单与物流）',
  'the right of self-classification once more, for the HarmonyOS app; in GeTui’s console the address of receipts':
    '再为鸿蒙应用申请一次自分类权益；在个推后台填写回执地址',
  'Honor’s developer platform: the right of self-classification': '荣耀开发者平台：自分类权益',
  'dev.mi.com: a channel of the private category “order and logistics” (订单及物流), and a template bound to it; 3 to 5 working days, official templates need no review':
    'dev.mi.com：私信类“订单及物流”的通道，以及与它绑定的模板；3 到 5 个工作日，官方模板不需要审核',
  'a mail to OPPO for “communication and service” (通讯与服务), and a template':
    '发邮件向 OPPO 申请“通讯与服务”类，以及一个模板',
  'the app in vivo’s store; a mail to vivo lifts the number':
    '应用在 vivo 应用商店上架；发邮件给 vivo 可以提高条数',
  'nothing that was found': '没有找到需要申请的',
  'nothing: the app makes the channel': '不需要：通道由应用自己创建',
  'for `time-sensitive` the capability of that name, for `critical` a grant of Apple; fields inside GeTui’s and uni-push’s `ios` are inferred; docs.getui.com, vendor/qps names no class':
    '`time-sensitive` 需要同名的 capability，`critical` 需要 Apple 批准；个推和 uni-push 的 `ios` 中的字段是推断的；docs.getui.com 的 vendor/qps 没有提到分类',

  'marketing: without a sound, 2 a day for each phone, since 2023-01-05':
    '按营销类：静默，每部手机每天 2 条，从 2023-01-05 起',
  'marketing: 2 to 5 a day; uni-push and GeTui demand a category':
    '按营销类：每天 2 到 5 条；uni-push 和个推要求写明 category',
  'marketing since 2024-12-31: without a sound, 2 a day; nothing from 0 to 6 o’clock in any class':
    '从 2024-12-31 起按营销类：静默，每天 2 条；任何分类在 0 到 6 点都不显示',
  'one a day for each phone, without a sound; with a channel and no template nothing for new apps, since 2026-08-01':
    '每部手机每天一条，静默；有通道而没有模板时，新应用从 2026-08-01 起什么都不显示',
  'marketing: 2 a day for each person, since 2024-11-20; nothing at all for apps that are not from OPPO’s store, since 2024-07-29':
    '按营销类：每人每天 2 条，从 2024-11-20 起；不是从 OPPO 软件商店安装的应用，从 2024-07-29 起什么都不显示',
  'operational: 2 a day, in a box of its own; vivo also looks at the words':
    '按运营类：每天 2 条，收进单独的盒子；vivo 还会看文字内容',
  'public: 3 a day for each phone, since 2025-05-07': '按公信类：每部手机每天 3 条，从 2025-05-07 起',
  'the sound of the app’s default channel': '按应用默认通道的声音',
  'shown as `active`': '按 `active` 显示',

  'the class': '分类',
  'the class, `null` for none': '分类，`null` 表示不写',
  '`LOW` or `NORMAL`': '`LOW` 或 `NORMAL`',
  '`LOW` (marketing) or `NORMAL` (service)': '`LOW`（营销类）或 `NORMAL`（服务类）',
  'a channel of the app': '应用的一个通道',
  'a channel of the app; one that it does not have counts as its default':
    '应用的一个通道；应用没有的，按它的默认通道',
  'the id of the channel': '通道的 id',
  'the id of the template; the phone shows it and not our words': '模板的 id；手机显示模板，不显示我们的文字',
  'JSON: name of the variable to `status`, `last_four`, `shop`':
    'JSON：变量名对应 `status`、`last_four`、`shop`',
  '`1` the bar, `2` the lock screen too, `16` all (a grant of its own)':
    '`1` 通知栏，`2` 加上锁屏，`16` 全部（需要单独批准）',
  '`1` system, `0` operational; must fit the category, and may be left out':
    '`1` 系统类，`0` 运营类；必须与 category 一致，也可以不写',
  '`1` private, `0` public': '`1` 私信，`0` 公信',
  '`passive`, `active`, `time-sensitive` or `critical`':
    '`passive`、`active`、`time-sensitive` 或 `critical`',
  'a number from 0 to 1': '0 到 1 之间的数',

  'dev.mi.com, pId=2314; its place among the options is inferred':
    'dev.mi.com，pId=2314；它在 options 中的位置是推断的',
  'MEIZUPUSH/PushAPI; its place among the options is inferred':
    'MEIZUPUSH/PushAPI；它在 options 中的位置是推断的',
  'public code': '公开代码',
  'public code: modood/pushapi': '公开代码：modood/pushapi',
  'public code: modood/pushapi; text or object is not said':
    '公开代码：modood/pushapi；没有说明是文字还是对象',
  'doc.dcloud.net.cn, uni-cloud-push; public code: modood/pushapi':
    'doc.dcloud.net.cn，uni-cloud-push；公开代码：modood/pushapi',
  'copy of developer.huawei.com, HarmonyOS Push Kit': 'developer.huawei.com 的副本，HarmonyOS Push Kit',
  'copy of OPPO’s page of return codes': 'OPPO 返回码页面的副本',
  'NetEase, knowledge base': '网易，知识库',
};

/** Names and addresses, which are the same in both languages. */
const SAME = [
  'HarmonyOS NEXT',
  'dcloudio/hello-uni-push',
  'dev.mi.com, pId=1560',
  'dev.mi.com, pId=2314',
  'developer.apple.com, generating a remote notification',
  'developer.huawei.com, message-classification',
  'developer.huawei.com; docs.getui.com',
  'doc.dcloud.net.cn, uni-cloud-push/options',
  'doc.dcloud.net.cn, uni-cloud-push; getui-pushapi-java-client-v2',
  'firebase.google.com, AndroidNotification',
  'help.aliyun.com/document_detail/2853108',
  'MEIZUPUSH/PushAPI',
];

export const CHINESE: ReadonlyMap<string, string> = new Map([
  ...Object.entries(TRANSLATED),
  ...SAME.map((name): [string, string] => [name, name]),
]);
