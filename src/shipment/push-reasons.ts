import { toldInstead, type Explanation } from './explanation';

const says = (en: string, zh: string): Explanation => ({ en, zh });

/**
 * What every reason of a push means and what to do about it: those of the providers' tables, of the steps of a
 * delivery, and of receipts. A test looks for each of them in the sources.
 */
export const PUSH_REASONS: Readonly<Record<string, Explanation>> = {
  // The provider took it. None of these says that a person saw it.
  accepted: says(
    'The push service took it and says nothing about the phone. Notifications may be off on the phone, or it is off itself.',
    '推送服务已收下，但没有说明手机的情况。手机可能关闭了通知权限，或者没有开机。',
  ),
  online: says(
    'It was handed to the running app. While an app is open, the phone shows nothing by itself: see that the cloud function passes force_notification on, or that the app creates the notification.',
    '消息已交给正在运行的应用。应用在前台时手机不会自动显示通知：请确认云函数传递了 force_notification，或由应用自行创建通知。',
  ),
  offline_or_vendor: says(
    "The app is not running: the push is stored, or was given to the phone's vendor, which drops it when notifications are off, the class of the message is limited, or its quota is used up. Look at the phone's notification settings and at the vendor's console.",
    '应用未运行：推送已离线保存或转给手机厂商。通知权限关闭、消息分类受限或厂商配额用完时，厂商会丢弃它。请检查手机的通知设置和厂商后台。',
  ),
  accepted_before: says(
    'An earlier try was taken: nothing was sent again.',
    '之前的一次尝试已被收下，没有重复发送。',
  ),

  // A passing trouble.
  timeout: says('The push service did not answer in time.', '推送服务没有及时应答。'),
  connection_lost: says('The connection broke before the answer came.', '应答到达之前连接中断。'),
  connection_closed: says('The push service closed the connection.', '推送服务关闭了连接。'),
  not_connected: says(
    'The push service cannot be reached. If it stays so, look at the network, DNS and the URL.',
    '无法连接推送服务。如果一直如此，请检查网络、DNS 和地址。',
  ),
  provider_5xx: says('The push service had a fault of its own.', '推送服务自身出现故障。'),
  provider_busy: says('The push service is busy.', '推送服务繁忙。'),
  rate_limited: says('Too many pushes at once for the push service.', '推送频率超过了推送服务的限制。'),
  provider_auth_refresh: says(
    'Our access token had run out; a new one is fetched.',
    '访问令牌已过期，正在获取新的令牌。',
  ),
  token_unavailable: says(
    'No access token could be had from the push service.',
    '无法从推送服务取得访问令牌。',
  ),
  host_moved: says('The push service sent us to another of its hosts.', '推送服务要求改用它的另一个地址。'),
  registered_since: says(
    'The device registered again after the push service called it gone.',
    '推送服务判定设备失效之后，设备又重新注册了。',
  ),
  function_error: says(
    'The cloud function failed. If it stays so, read its log.',
    '云函数出错。如果一直如此，请查看云函数日志。',
  ),
  function_caught_error: says(
    'The cloud function reports an error that it caught. If it stays so, read its log.',
    '云函数报告了它捕获的错误。如果一直如此，请查看云函数日志。',
  ),
  unparseable: says(
    'The answer cannot be read: something else than the push service may have answered.',
    '无法读懂应答：应答的可能不是推送服务。',
  ),
  unknown_status: says(
    'The push service said a word about the phone that Waybell does not know.',
    '推送服务对这部手机给出了未知的状态。',
  ),
  unknown_code: says(
    'The push service gave a code that Waybell does not know.',
    '推送服务返回了未知的错误码。',
  ),
  no_target_status: says(
    'The answer says nothing about this phone, so nobody knows whether the push was sent. A cloud function must return all that sendMessage gave it, and pass request_id on; until it does, a phone may show a push three times.',
    '应答中没有关于这部手机的内容，无法确定是否已发送。云函数必须原样返回 sendMessage 的结果，并传递 request_id；在此之前，手机可能重复显示三次。',
  ),

  not_a_function: says(
    'A web page answered where the cloud function should be: CLOUD_FUNC_URL leads elsewhere, or something before the function answers in its place.',
    '云函数地址返回的是网页：CLOUD_FUNC_URL 指向了别处，或有网关代替云函数作答。',
  ),

  // The device is gone.
  invalid_cid: says(
    'The push service does not know this phone: the app was removed or installed again. The app must register its new cid.',
    '推送服务不认识这部手机：应用已卸载或重装。应用需要用新的 cid 重新注册。',
  ),
  invalid_token: says(
    'The token of this phone is not valid: the app was installed again, or the token belongs to another environment. The app must register its new token.',
    '这部手机的令牌无效：应用已重装，或令牌属于另一个环境。应用需要用新令牌重新注册。',
  ),
  unregistered: says(
    'The phone is signed off: the app was removed, the browser ended its subscription, or a person signed out. It gets pushes again once it registers.',
    '手机已注销：应用被卸载、浏览器取消了订阅，或用户退出登录。重新注册后即可收到推送。',
  ),
  inactive_90d: says(
    'The app was not opened for 90 days, so the push service sends nothing to it. Opening the app, which registers it, is enough.',
    '应用超过 90 天没有打开，推送服务不再发送。打开应用（会重新注册）即可恢复。',
  ),
  silent: says(
    'Nothing was heard of this phone for longer than its push service keeps it. Opening the app, which registers it, is enough.',
    '这部手机静默的时间超过了推送服务的保留期限。打开应用（会重新注册）即可恢复。',
  ),
  reinstalled: says(
    'The same installation of the app has registered another cid since: that one gets the pushes.',
    '同一个安装之后注册了新的 cid，推送改发到新的 cid。',
  ),
  too_many_devices: says(
    'The owner has registered more phones than one owner may have; this one registered longest ago. Opening the app, which registers it, is enough.',
    '该用户注册的手机超过了上限，这部是最早注册的。打开应用（会重新注册）即可恢复。',
  ),
  vapid_mismatch: says(
    'The browser subscribed with another VAPID key than ours. The page must subscribe again.',
    '浏览器订阅时使用的 VAPID 公钥与我们的不同。页面需要重新订阅。',
  ),
  uninstalled: says('The app was removed from the phone.', '应用已从手机卸载。'),
  deactivation_held: says(
    'The push service calls so many phones gone at once that it cannot be true: Waybell keeps them. See whether app and keys are the right ones, then decide about what is held and retry.',
    '推送服务一次判定过多手机失效，不可信：设备已被保留。请检查应用和密钥是否正确，然后处理被保留的判定并重试。',
  ),

  // The message, the settings or the quota is wrong.
  bad_payload: says(
    'The push service refuses the message itself, so the same one will not do better. Its words say why; with a cloud function of your own, look at what it passes on.',
    '推送服务拒绝了这条消息本身，原样重试没有用。原因见原文；使用自己的云函数时，请检查它传递的字段。',
  ),
  content_refused: says(
    'The vendor of the phone refused the message: title or content empty, or a link that is not https.',
    '手机厂商拒绝了消息：标题或内容为空，或链接不是 https。',
  ),
  text_too_long: says(
    'Title or content is longer than the vendor of the phone takes.',
    '标题或内容超过手机厂商的长度限制。',
  ),
  vendor_needs_text: says(
    'The vendor of the phone does not carry messages without a notification.',
    '手机厂商不支持纯透传消息，必须带通知。',
  ),
  notifications_off: says(
    'Notifications are switched off on the phone, for the app or altogether. The person can switch them on in the settings of the phone.',
    '手机上关闭了通知：应用的通知权限或系统总开关。用户可以在手机设置中打开。',
  ),
  vendor_quota: says(
    "The vendor's quota of the day is used up. Ask the vendor for the class of parcel messages, which is not limited so.",
    '手机厂商当天的配额已用完。请向厂商申请物流类消息分类，限制更宽。',
  ),
  daily_quota: says(
    "The push service's quota of the day is used up. Retry tomorrow, or ask for more.",
    '推送服务当天的配额已用完。请明天重试，或申请更高的配额。',
  ),
  not_in_package: says(
    'The account at the push service does not include this. Look at its package.',
    '推送服务的账号套餐不包含此功能。请检查套餐。',
  ),
  provider_config: says(
    'URL, keys or project at the push service are wrong, or a cloud function fails at every push: the words say which. Correct it, then retry.',
    '推送服务的地址、密钥或项目配置有误，或云函数本身出错：具体见原文。修正后请重试。',
  ),
  credential_mismatch: says(
    'The token of this phone belongs to another project than our keys. Compare the app with the service account, or its bundle id with APNS_TOPIC.',
    '这部手机的令牌属于另一个项目。请核对应用与服务账号，或应用的 bundle id 与 APNS_TOPIC。',
  ),
  dropped: says(
    'The push service dropped it at once: the browser takes no notifications at present. The person can switch them on in Windows or in the browser.',
    '推送服务当即丢弃了这条消息：该浏览器目前不接收通知。用户可以在 Windows 或浏览器设置中打开。',
  ),
  endpoint_forbidden: says(
    'The endpoint of this browser is at no push service that may be called. Look at WEBPUSH_HOSTS.',
    '这个浏览器的推送地址不在允许的推送服务之内。请检查 WEBPUSH_HOSTS。',
  ),
  broadcast: says(
    'The cloud function lost the target and sent to every phone. Correct how it passes push_clientid on; nothing else is pushed through it before somebody then says waybell providers release.',
    '云函数丢失了目标，发送给了所有手机。请修正 push_clientid 的传递；之后需执行 waybell providers release，在此之前不再经它推送。',
  ),
  shadow: says(
    'SHADOW is set: this Waybell tells nobody. Remove it once the other system tells nobody any more.',
    '设置了 SHADOW：这个 Waybell 不通知任何人。等另一个系统不再通知之后，再去掉它。',
  ),
  not_listed: says(
    'PUSH_ONLY_TO is set, and names neither this phone nor its owner. Add one of them, or remove the setting.',
    '设置了 PUSH_ONLY_TO，其中没有这部手机，也没有它的所有者。请加上其中之一，或去掉该设置。',
  ),
  provider_unknown: says(
    'The device names a push service that is not switched on. Set what it needs, or let the app register under another.',
    '设备使用的推送服务没有启用。请完成它的配置，或让应用改用其他服务注册。',
  ),
  held_credential: says(
    'All pushes through this push service are held: it refuses our keys. Correct them.',
    '该推送服务拒绝了我们的密钥，经它的推送全部暂停。请修正密钥。',
  ),
  held_quota: says(
    'All pushes through this push service are held: the quota of the day, or of the account, is used up. Ask for more, if tomorrow is too late: a push is given up after PUSH_RETRY_MINUTES.',
    '该推送服务当天或账户的配额已用完，经它的推送全部暂停。超过 PUSH_RETRY_MINUTES 的推送会放弃，等不及请申请更高的配额。',
  ),
  held_project: says(
    'All pushes through this push service are held: its address, project or package is wrong, or its cloud function. Correct it.',
    '该推送服务的地址、项目、套餐或云函数有误，经它的推送全部暂停。请修正。',
  ),
  held_suspect: says(
    'All pushes through this push service are held: it refused phones of three people in a row as it does when app and keys do not belong together. See whether they do.',
    '该推送服务连续拒绝了三个人的手机，像是应用与密钥不匹配，经它的推送全部暂停。请核对。',
  ),
  held_unclear: says(
    'All pushes through this push service are held: those of three people ended without an answer that says what became of them. A cloud function must return all that sendMessage gave it, and pass request_id on.',
    '该推送服务的应答没有说明三个人的推送结果，经它的推送全部暂停。云函数必须原样返回 sendMessage 的结果，并传递 request_id。',
  ),
  held_until_healed: says(
    'Once it takes a probe, the pushes go by themselves; with waybell providers release they go without one.',
    '探测成功后推送会自动继续；也可执行 waybell providers release 立即继续。',
  ),
  held_until_released: says(
    'Nothing is tried before somebody says waybell providers release.',
    '执行 waybell providers release 之前不会再尝试。',
  ),
  gave_up: says(
    'Tried for as long as PUSH_RETRY_MINUTES allows, without a clear answer; the last one follows in the words. Retry once the push service is well.',
    '在 PUSH_RETRY_MINUTES 内一直没有得到明确答复，最后一次的原因见原文。推送服务恢复后请重试。',
  ),
  notification_missing: says('The row of the notification was deleted.', '通知记录已被删除。'),

  // It was not to be sent any more.
  number_changed: says(
    'The shop has given the row of the parcel another number: what is told of this one ends within a minute.',
    '商城已为这个包裹的行改了单号：这个单号的通知会在一分钟之内结束。',
  ),
  order_off: says(
    'The order was cancelled or refunded before this push began, and what it says asks nothing of this person.',
    '推送开始之前订单已取消或退款，且内容无需此人处理。',
  ),
  newer_status: toldInstead('this push began', '推送开始之前'),
  too_old: says(
    'By then the news was too old to be told: MAX_AGE_HOURS. waybell retry --force pushes it all the same.',
    '到那时消息已过时，不再通知（见 MAX_AGE_HOURS）。如仍需推送，请执行 waybell retry --force。',
  ),
  not_the_owner: says(
    'The phone is retired, or belongs to another account by now. Its owner gets pushes again once the app registers under this account.',
    '手机已停用，或已属于另一个账号。应用以本账号重新注册后即可收到推送。',
  ),
  not_a_member: says(
    'The person of this phone does not belong to the merchant any more (members of SHOP_TABLES).',
    '这部手机的使用者已不属于该商家（SHOP_TABLES 的 members）。',
  ),
  taken: says('Another try of the same push was taken at that moment.', '同一推送的另一次尝试恰好已被收下。'),
};
