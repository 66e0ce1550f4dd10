/**
 * The words of the fields in src/push/classes/makers.ts, and the sources of src/shipment/maker-codes.ts, in Chinese: the
 * tables of docs/push.zh-CN.md are written with them. Only the pages need them, so they are no part of what runs.
 */
const TRANSLATED: Readonly<Record<string, string>> = {
  sure: '可靠',
  likely: '很可能',
  'not seen': '没见过',
  'none seen': '没有看到',

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
