import { Command } from 'commander';
import type { Explanation } from '../shipment/explanation';
import { inSpokenWords } from './commander-words';
import { say } from './language';

/** What is said of a command before it is loaded, and in its own help. */
interface Summary extends Explanation {
  readonly examples: readonly string[];
}

const of = (en: string, zh: string, ...examples: string[]): Summary => ({ en, zh, examples });

const NUMBER = 'TEST_YT_20260206_0007';

/** Every command by its words. Those of one word are what `waybell --help` lists, in this order. */
export const SUMMARIES = {
  start: of(
    'bring everything up; what no setting names is embedded',
    '启动全部；没有设置的部分使用内置组件',
    'waybell start',
    'waybell start --detach',
    'waybell start --only worker',
  ),
  stop: of(
    'stop what runs in DATA_DIR, and wait until it has ended',
    '停止 DATA_DIR 中运行的进程，并等待其结束',
    'waybell stop',
  ),
  status: of(
    'what runs in DATA_DIR, and how each part does',
    'DATA_DIR 中运行着什么，各部分状态如何',
    'waybell status',
    'waybell status --json',
  ),
  doctor: of(
    'look at everything that Waybell needs; exit code 1 with problems',
    '检查 Waybell 所需的一切；有问题时退出码为 1',
    'waybell doctor',
    'waybell doctor --fix',
  ),
  why: of(
    'why somebody got no push: all that is known of a parcel, and what to do',
    '为什么没收到推送：包裹的全部情况，以及该做什么',
    `waybell why ${NUMBER}`,
    'waybell why ORDER_20260206_0007 --as order',
    'waybell why user-0007 --lang zh',
  ),
  attention: of(
    'what waits, why, until when, and what would end it; exit code 1 when anything is overdue, on this page or not',
    '什么在等待、为什么、到何时、怎样结束；有任何超时（无论是否在本页）时退出码为 1',
    'waybell attention',
    'waybell attention --kind push-failed --limit 200 --json',
  ),
  retry: of(
    'try deliveries again; whom a provider has accepted is not pushed again',
    '重试投递；推送服务已接受的不会再次推送',
    `waybell retry ${NUMBER} --reason 'merchant called'`,
    `waybell retry --query 'Carrier="yto" AND Attention="push-failed"' --dry-run`,
  ),
  link: of(
    'say which order a parcel belongs to; the delivery that waits for it goes on',
    '说明包裹属于哪个订单；等待它的投递会继续',
    `waybell link ${NUMBER} ORDER_20260206_0007 --dry-run`,
    `waybell link ${NUMBER} ORDER_20260206_0007 --reason 'the shop forgot it'`,
  ),
  ledger: of(
    'account for every update and everybody who was to be told; exit code 1 when one is missing',
    '核对每条更新和每个应通知的人；有缺失时退出码为 1',
    'waybell ledger --since 24h',
    'waybell ledger --since 2026-03-02 --json',
  ),
  send: of(
    'send a webhook to the running Waybell and follow it to the phones',
    '向运行中的 Waybell 发送一个 webhook，并跟踪到手机',
    'waybell send',
    `waybell send --carrier yto --tracking-no ${NUMBER} --status delivered`,
  ),
  'push-test': of(
    'send one test message to one phone through the whole way, and say step by step what came back',
    '向一部手机发送一条测试消息，走完全程，逐步说明结果',
    'waybell push-test f7a1c0de',
    'waybell push-test f7a1c0de --appid default --wait 60',
  ),
  channels: of(
    'the URLs and secrets of carriers and aggregators; a running API takes a change within a second',
    '快递公司和聚合平台的地址与密钥；运行中的 API 一秒内生效',
    'waybell channels list',
  ),
  'channels add': of(
    'open a channel, and show its URL once',
    '开通一个通道，并显示一次其地址',
    'waybell channels add kuaidi100 --secret-stdin --url https://hooks.example.com',
  ),
  'channels list': of(
    'every channel, until when what it has is valid, and what it refused and why; never a secret or a URL',
    '所有通道、有效期，以及拒绝了什么和为什么；从不显示密钥或地址',
    'waybell channels list',
    'waybell channels list --json',
  ),
  'channels rotate': of(
    'replace the secret, the URL, or both; the old ones go on for a while',
    '更换密钥、地址或两者；旧的会继续有效一段时间',
    'waybell channels rotate kuaidi100 main --secret-stdin',
    'waybell channels rotate kuaidi100 main --leaked',
  ),
  'channels remove': of(
    'close a channel: what its sender still sends is refused',
    '关闭通道：发送方之后发来的内容会被拒绝',
    'waybell channels remove kuaidi100 main',
  ),
  providers: of(
    'push providers that are down or held, and devices that wait for a decision',
    '不可用或已暂停的推送服务，以及待判断的手机',
    'waybell providers list',
  ),
  'providers list': of(
    'what is down or held, why and since when; exit code 1 when something is',
    '什么不可用或已暂停、为什么、从何时起；有则退出码为 1',
    'waybell providers list',
  ),
  'providers release': of(
    'let the held pushes of a provider go; they are held again when it refuses the first',
    '放行某推送服务暂停的推送；若它拒绝第一条则再次暂停',
    'waybell providers release unicloud',
  ),
  'providers deactivations': of(
    'decide about the devices that a provider called gone while it called too many so',
    '判断推送服务一次性声称失效的手机',
    'waybell providers deactivations unicloud --drop',
  ),
  words: of(
    'status words that no table knows or that STATUS_MAP corrects, and the setting that maps them',
    '没有表认识的、或被 STATUS_MAP 更正的状态词，以及相应设置',
    'waybell words',
  ),
  replay: of(
    'read archived webhooks again and submit what they say; nobody is notified twice',
    '重新读取已存档的 webhook 并提交；不会重复通知任何人',
    'waybell replay --source kuaidi100 --since 7d --dry-run',
    'waybell replay --since 36h',
  ),
  erase: of(
    'erase what is kept about a buyer, an order or a waybill, and say what is left',
    '删除关于某买家、订单或运单的内容，并说明还剩什么',
    'waybell erase --user user-0007 --dry-run',
    `waybell erase --waybill ${NUMBER} --yes`,
  ),
  receivers: of(
    'the receivers of status changes (STATUS_WEBHOOKS)',
    '状态变化的接收方（STATUS_WEBHOOKS）',
    'waybell receivers list',
  ),
  'receivers list': of(
    'how far each is, and what it said; exit code 1 when one takes nothing',
    '各接收方的进度和应答；有不接收的则退出码为 1',
    'waybell receivers list',
  ),
  'receivers restart': of(
    'start one anew that is disabled or failing; it is asked at once',
    '重新启用已停用或失败的接收方；会立即发送',
    'waybell receivers restart erp',
  ),
  alarms: of(
    'the chat robots that are told of alarms (ALARM_URLS)',
    '接收警报的群机器人（ALARM_URLS）',
    'waybell alarms test',
  ),
  'alarms test': of(
    'send a test message to every robot, and say what came back; exit code 1 when one did not take it',
    '向每个机器人发送测试消息并说明应答；有未接收的则退出码为 1',
    'waybell alarms test',
  ),
  keys: of(
    'keys for the HTTP API, and those of a Supabase project',
    'HTTP API 的密钥，以及 Supabase 项目的密钥',
    'waybell keys verify',
  ),
  'keys verify': of(
    'ANON_KEY, SERVICE_ROLE_KEY and SUPA_KEY against SUPABASE_JWT_SECRET; shows none of them',
    '用 SUPABASE_JWT_SECRET 核对 ANON_KEY、SERVICE_ROLE_KEY 和 SUPA_KEY；不显示任何密钥',
    'waybell keys verify',
    'waybell keys verify --token-stdin',
  ),
  'keys generate': of(
    'print a secret and the two keys that belong to it, as lines of Supabase’s .env',
    '打印一个密钥和与之对应的两个 key，格式为 Supabase 的 .env',
    'waybell keys generate',
  ),
  'keys probe': of(
    'ask a PostgREST or Supabase for one row, without a key and with each of ANON_KEY, SERVICE_ROLE_KEY and SUPA_KEY: what it answers to apikey and to Bearer, why, and what to do',
    '向 PostgREST 或 Supabase 请求一行，不带密钥和分别带各密钥：它如何应答、为什么、该做什么',
    'waybell keys probe https://shop.supabase.co',
  ),
  'keys api': of(
    'keys for the HTTP API, each with a name and what it may do',
    'HTTP API 的密钥，各有名称和权限',
    'waybell keys api list',
  ),
  'keys api add': of(
    'make a key, and show it once; a running API takes it within 5 seconds',
    '生成一个密钥并显示一次；运行中的 API 5 秒内生效',
    'waybell keys api add ann --scopes read,retry --days 90',
  ),
  'keys api list': of(
    'every key that was ever made, what it may do, and until when; never a key',
    '所有生成过的密钥、权限和有效期；从不显示密钥本身',
    'waybell keys api list',
  ),
  'keys api revoke': of(
    'end a key for ever; a running API refuses it within 5 seconds',
    '永久撤销一个密钥；运行中的 API 5 秒内拒绝它',
    'waybell keys api revoke ann',
  ),
  audit: of(
    'who decided what: retries, links, releases, keys, channels, replays; the newest first',
    '谁做了什么决定：重试、关联、放行、密钥、通道、重放；最新的在前',
    'waybell audit --since 7d',
  ),
  migrate: of(
    'bring the database of DATABASE_URL up to date',
    '更新 DATABASE_URL 的数据库结构',
    'waybell migrate --plan',
    'waybell migrate',
  ),
  release: of(
    'let the workers of this release, or of a build that is named, take the deliveries',
    '让本版本或指定构建的 worker 接手投递',
    'waybell release',
  ),
  'import-queue': of(
    'turn the open rows of notify_queue into deliveries, once the old worker is stopped',
    '旧 worker 停止后，把 notify_queue 中未完成的行变成投递',
    'waybell import-queue --dry-run',
  ),
  'import-history': of(
    'store the scans of notify_queue that the old worker is done with, and tell nobody',
    '保存旧 worker 已处理的扫描记录，不通知任何人',
    'waybell import-history --before 7d --dry-run',
  ),
  compare: of(
    'whom only the old system told, and whom only a Waybell with SHADOW=1 would have told; exit code 1 when there is a difference',
    '只有旧系统通知过的人，和只有 SHADOW=1 的 Waybell 会通知的人；有差异时退出码为 1',
    'waybell compare --since 24h',
  ),
  'forget-journal': of(
    'give up the journal of an API process that will not come back, as "waybell attention" names it',
    '放弃不再回来的 API 进程的日志簿（名称见 waybell attention）',
    'waybell forget-journal api-1-4f2a',
  ),
  completion: of(
    'print what completes commands and options in a shell',
    '打印 shell 的命令补全脚本',
    'source <(waybell completion bash)',
    'waybell completion zsh > "${fpath[1]}/_waybell"',
    'waybell completion fish > ~/.config/fish/completions/waybell.fish',
  ),
} as const satisfies Readonly<Record<string, Summary>>;

export type CommandWords = keyof typeof SUMMARIES;

/** A command with its description and its examples; `channels add` is the command `add` below `channels`. */
export function command(words: CommandWords): Command {
  const { examples, ...summary } = SUMMARIES[words];
  const shown = examples.map((example) => `  ${example}`).join('\n');
  return inSpokenWords(new Command(words.split(' ').at(-1)))
    .description(say(summary))
    .addHelpText('after', `\n${say({ en: 'Examples:', zh: '例如：' })}\n${shown}`);
}
