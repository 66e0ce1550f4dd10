/**
 * What is wrong with a value, in the Chinese of the terminal. The checks speak English: their words go into the log, into
 * JSON and to who sent a request. What has no words here is shown as it is.
 */

type Rewording = readonly (readonly [RegExp, string])[];

/** What a value must be, behind "must be". */
const KINDS: Rewording = [
  [/^text$/, '文本'],
  [/^a number$/, '数字'],
  [/^a whole number$/, '整数'],
  [/^true or false$/, 'true 或 false'],
  [/^a list$/, '列表'],
  [/^an object$/, '对象'],
  [/^a JSON object$/, 'JSON 对象'],
  [/^a JSON list$/, 'JSON 列表'],
  [/^JSON$/, 'JSON'],
  [/^more than (.+)$/, '大于 $1 的值'],
  [/^at least (.+)$/, '至少 $1'],
  [/^at most (.+)$/, '至多 $1'],
  [/^a number of (seconds|hours)$/, '数字'],
  [/^whole seconds$/, '整秒数'],
  [/^an http\(s\) URL$/, 'http(s) 地址'],
  [/^an https URL$/, 'https 地址'],
  [
    /^a postgresql:\/\/ URL(?:, such as (.+))?$/,
    'postgresql:// 地址，例如 postgresql://user:password@host:5432/shop',
  ],
  [
    /^an https:\/\/ URL, or http:\/\/ on this machine, without user and fragment$/,
    'https:// 地址（本机可用 http://），不含用户和片段',
  ],
  [/^addresses or networks, such as (.+) or (.+)$/, '地址或网段，例如 $1 或 $2'],
  [/^an IANA zone, (?:such )?as (.+)$/, 'IANA 时区，例如 $1'],
  [/^a plain SQL name$/, '普通的 SQL 名称'],
  [/^the last day on which it is allowed, such as (.+)$/, '允许的最后一天，例如 $1'],
  [/^a host and \/console, such as (.+)$/, '主机加 /console，例如 $1'],
  [/^a claim, or a path to what is in one, such as (.+)$/, '一个 claim 或其中的路径，例如 $1'],
  [
    /^a claim that only the shop writes, such as (.+): none of (.+)$/,
    '只有商城能写的 claim，例如 $1；不能是 $2',
  ],
  [
    /^a page of the app \(\/pages\/…\), an https URL, or a URL of a scheme of the app$/,
    'App 的页面（/pages/…）、https 地址，或 App 自有协议的地址',
  ],
  [
    /^origins as browsers send them, such as (.+) or (\S+): no \*, no path, no slash at the end; http:\/\/ only for this machine and private networks$/,
    '浏览器发送的 origin，例如 $1 或 $2：不含 *、路径和结尾的斜杠；http:// 只用于本机和私有网络',
  ],
  [/^at most 100 letters, digits and _ \. \+ -$/, '至多 100 个字母、数字和 _ . + -'],
  [
    /^1 to 32 small letters, digits and dashes, no dash first$/,
    '1 到 32 个小写字母、数字和连字符，不以连字符开头',
  ],
  [/^whsec_ followed by at least 24 bytes in base64$/, 'whsec_ 加至少 24 字节的 base64'],
  [/^a mailto: address or an https: URL at a public name$/, 'mailto: 地址，或公开域名的 https: 地址'],
  [/^in capital letters, as the maker writes it$/, '大写字母，与厂商的写法一致'],
  [/^the appid of an app$/, '某个 App 的 appid'],
  [/^a private RSA key in PEM$/, 'PEM 格式的 RSA 私钥'],
  [/^a private key of P-256 in base64url$/, 'base64url 格式的 P-256 私钥'],
  [/^the package of an Android app, such as (.+)$/, 'Android App 的包名，例如 $1'],
  [
    /^mailto: with an e-mail address, or an https: URL, at a public name such as (\S+): Apple refuses every push with another$/,
    'mailto: 加邮箱地址，或 https: 地址，且用公开域名，例如 $1；否则 Apple 会拒绝每一条推送',
  ],
  [/^(.+) or (\S+)$/, '$1 或 $2'],
];

const RULES: Rewording = [
  [/^is missing$/, '没有给出'],
  [/^is required$/, '必须给出'],
  [/^must not be empty$/, '不能为空'],
  [/^must have at least (\S+) characters$/, '至少要有 $1 个字符'],
  [/^must have at most (\S+) characters$/, '至多 $1 个字符'],
  [/^must have at least (\S+) entries$/, '至少要有 $1 项'],
  [/^must have at most (\S+) entries$/, '至多 $1 项'],
  [/^at most (\d+)(?: paths)?$/, '至多 $1 个'],
  [/^has no (.+)$/, '其中没有 $1 这一项'],
  [/^is a name that is not allowed here$/, '此处不允许这个名称'],
  [/^is in none of the forms that docs\/settings\.md shows$/, '不是 docs/settings.md 所列的任何一种形式'],
  [
    /^longer than the 14 days that Temporal keeps a finished workflow$/,
    '超过 Temporal 保存已结束工作流的 14 天',
  ],
  [/^may hold a-z, 0-9 and -, at most 64$/, '只能含 a-z、0-9 和 -，至多 64 个'],
  [/^may hold letters, digits, \., - and _ only$/, '只能含字母、数字、.、- 和 _'],
  [/^may hold visible characters only$/, '只能含可见字符'],
  [
    /^roles may hold letters, digits, \., - and _, at most 64, and none is called command$/,
    '角色只能含字母、数字、.、- 和 _，至多 64 个，且不能叫 command',
  ],
  [/^its places may be (.+)$/, '占位符只能是 $1'],
  [/^every key needs at least (\d+) characters$/, '每个密钥至少要有 $1 个字符'],
  [/^every secret must be whsec_ .+$/, '每个密钥都必须是 whsec_ 加至少 24 字节的 base64'],
  [/^needs as its secret after #: whsec_ .+$/, '# 之后的密钥必须是 whsec_ 加至少 24 字节的 base64'],
  [
    /^needs a secret after #, or (\d+) at most with ; between: whsec_ .+$/,
    '# 之后要有一个密钥，或以 ; 分隔的至多 $1 个：whsec_ 加至少 24 字节的 base64',
  ],
  [
    /^needs the scope read, or admin: without it there is nothing to see$/,
    '需要权限 read 或 admin，否则什么也看不到',
  ],
  [/^must not have a user or a password in it$/, '其中不能有用户或密码'],
  [/^stands there twice$/, '出现了两次'],
  [/^a robot of (\S+) has no secret after #$/, '$1 的机器人在 # 之后没有密钥'],
  [/^a path must be like (\S+), of letters, digits and (.+)$/, '路径应如 $1，由字母、数字和 $2 组成'],
  [/^(\S+) collides with our own route (\S+)$/, '$1 与 Waybell 自己的路由 $2 冲突'],
  [/^(\S+) must name a source and a channel, such as (\S+)$/, '$1 必须写明来源和通道，例如 $2'],
  [
    /^a character of its user or password must be written in the manner of URLs: @ as %40, # as %23, \/ as %2F, \? as %3F, % as %25$/,
    '用户或密码中的某个字符必须按 URL 的写法：@ 写作 %40，# 写作 %23，/ 写作 %2F，? 写作 %3F，% 写作 %25',
  ],
  [/^(".+") is spelled as another word is, and means another thing$/, '$1 与另一个词写法相同，含义却不同'],
  [/^may hold visible ASCII characters only$/, '只能含可见的 ASCII 字符'],
  [/^needs at least 8 visible ASCII characters$/, '至少要有 8 个可见的 ASCII 字符'],
  [/^needs (\S+) beside it$/, '旁边还需要 $1'],
  [/^must pass on (.+)$/, '必须转交 $1'],
  [/^a fixed field has the name of a mapped one$/, '固定字段与映射字段同名'],
  [/^unknown field (".*?"): known are (.+)$/, '没有 $1 这一项：有 $2'],
  // A secret in a file.
  [/^(\S+) is set too; keep one of them$/, '$1 也设置了；请只保留其中一个'],
  [/^the file cannot be read \((\w+)\)$/, '无法读取该文件（$1）'],
  [/^it is no file$/, '它不是文件'],
  [/^it belongs to another user$/, '它属于另一个用户'],
  [/^everybody on this machine may write it \((chmod \d+) mends that\)$/, '本机任何人都能写它（$1 可修正）'],
  [
    /^everybody on this machine may put another into its place \((.+) mends that\)$/,
    '本机任何人都能换掉它（对其文件夹执行 chmod o-w 可修正）',
  ],
  [/^it is too large$/, '它太大'],
  [/^it is UTF-16: save it as UTF-8$/, '它是 UTF-16：请另存为 UTF-8'],
  [/^it is not UTF-8$/, '它不是 UTF-8'],
  [/^the file is empty$/, '该文件是空的'],
  // What several settings say together.
  [
    /^required when NODE_ENV=production(?: \(openssl rand -hex 24 makes one\))?$/,
    'NODE_ENV=production 时必须设置',
  ],
  [
    /^required when DATABASE_URL is set \(the demo phone is for the embedded parts\)$/,
    '设置了 DATABASE_URL 时必须设置（演示手机只用于内置组件）',
  ],
  [/^required when (\S+) is set$/, '设置了 $1 时必须设置'],
  [/^is for tests; not with NODE_ENV=production$/, '只用于测试；不能与 NODE_ENV=production 同用'],
  [
    /^required when DATABASE_URL is set; set UNSIGNED_WEBHOOKS=allow to accept unsigned webhooks all the same$/,
    '设置了 DATABASE_URL 时必须设置；若仍要接受未签名的 webhook，请设置 UNSIGNED_WEBHOOKS=allow',
  ],
  [
    /^open is for the embedded parts; use key or jwt when DATABASE_URL is set$/,
    'open 只用于内置组件；设置了 DATABASE_URL 时请用 key 或 jwt',
  ],
  [/^one is required when DEVICE_REGISTRATION=jwt$/, 'DEVICE_REGISTRATION=jwt 时必须设置其中一个'],
  [/^required when SUPABASE_JWKS_URL does not end in (\S+)$/, 'SUPABASE_JWKS_URL 不以 $1 结尾时必须设置'],
  [
    /^needs DEVICE_REGISTRATION=jwt, since codes are shown to persons only$/,
    '需要 DEVICE_REGISTRATION=jwt，因为取件码只给个人看',
  ],
  [
    /^needs DEVICE_REGISTRATION=key or jwt, since open asks nobody for a token$/,
    '需要 DEVICE_REGISTRATION=key 或 jwt，因为 open 不要求任何令牌',
  ],
  [/^at most DELIVERY_RETENTION_DAYS, which is (\S+)$/, '至多为 DELIVERY_RETENTION_DAYS，即 $1'],
  [
    /^at least DELIVERY_RETENTION_DAYS and WEBHOOK_RETENTION_DAYS, which are up to (\S+)$/,
    '至少为 DELIVERY_RETENTION_DAYS 和 WEBHOOK_RETENTION_DAYS，最大为 $1',
  ],
  [/^(\S+) is inside the network; name its host in (\S+)$/, '$1 在内网中；请把它的主机写入 $2'],
  [/^(\S+) is reached without TLS; it must be https$/, '连接 $1 没有使用 TLS；必须用 https'],
  [
    /^(\S+) is reached over the open network without TLS: (?:add|set) (.+?)(?: to it)?, or set PLAINTEXT_HOSTS=(\S+)$/,
    '经公网连接 $1 而没有使用 TLS：请加上 $2，或设置 PLAINTEXT_HOSTS=$3',
  ],
  [/^a secret is published in a documentation; make a new one$/, '其中一个密钥在文档中公开过；请换一个新的'],
  [/^a secret looks like an example; make a new one$/, '其中一个密钥像是示例；请换一个新的'],
  [
    /^a secret has less than (\d+) different characters; make a new one$/,
    '其中一个密钥的不同字符少于 $1 个；请换一个新的',
  ],
  [/^a secret repeats itself; make a new one$/, '其中一个密钥是重复的；请换一个新的'],
  [
    /^needs an API that asks for keys: set API_KEYS \((.+) makes one\), or DEVICE_REGISTRATION=key$/,
    '需要要求密钥的 API：请设置 API_KEYS（可用 $1 生成），或 DEVICE_REGISTRATION=key',
  ],
  [/^needs CONSOLE=on$/, '需要 CONSOLE=on'],
  [
    /^needs SUPABASE_JWKS_URL or SUPABASE_JWT_SECRET, by which access tokens are checked$/,
    '需要 SUPABASE_JWKS_URL 或 SUPABASE_JWT_SECRET 来核对访问令牌',
  ],
  [/^needs CONSOLE_ROLES, by which its people are operators$/, '需要 CONSOLE_ROLES，由它决定谁是操作员'],
  [
    /^needs CONSOLE_URL, by which the cookie of who comes is kept to TLS$/,
    '需要 CONSOLE_URL，以便 cookie 只经 TLS 发送',
  ],
];

/** What has no effect, a whole sentence. */
const IDLE: Rewording = [
  [
    /^(\S+) is no setting of Waybell, and has no effect\. Did you mean (.+)\?$/,
    '$1 不是 Waybell 的设置，没有作用。是否想设置 $2？',
  ],
  [/^(\S+) is not used any more\. In its place: (.+)\.$/, '$1 不再使用。替代：$2。'],
  [
    /^(\S+) in the file that CONFIG_FILE names is not used any more\. In its place: (.+)\.$/,
    'CONFIG_FILE 所指文件中的 $1 不再使用。替代：$2。',
  ],
  [
    /^(\S+) in the file that CONFIG_FILE names has no effect: set it in the environment\.$/,
    'CONFIG_FILE 所指文件中的 $1 没有作用：请在环境变量中设置。',
  ],
  [
    /^The file that CONFIG_FILE names is not a JSON object that can be read\.$/,
    'CONFIG_FILE 所指的文件不是可读取的 JSON 对象。',
  ],
];

/** What takes the place of a setting of the old system. */
const IN_PLACE: Rewording = [
  [
    /DATABASE_URL: Waybell connects to PostgreSQL itself, not through PostgREST/,
    'DATABASE_URL：Waybell 直接连接 PostgreSQL，不经过 PostgREST',
  ],
  [
    /the role and password in DATABASE_URL; apps use API_KEYS/,
    'DATABASE_URL 中的角色和密码；App 使用 API_KEYS',
  ],
  [/nothing: Waybell does not use the Data API/, '无：Waybell 不使用 Data API'],
  [/nothing: no bearer token is sent to PostgreSQL/, '无：不向 PostgreSQL 发送 bearer 令牌'],
  [
    /a role in DATABASE_URL that row-level security does not bind; start-up checks it/,
    'DATABASE_URL 中不受行级安全约束的角色；启动时会检查',
  ],
  [
    /SUPABASE_JWT_SECRET, needed with DEVICE_REGISTRATION=jwt only/,
    'SUPABASE_JWT_SECRET，只在 DEVICE_REGISTRATION=jwt 时需要',
  ],
  [/the option (--\w+) of waybell keys generate/, 'waybell keys generate 的选项 $1'],
  [/environment variables: settings are not read from a file/, '环境变量：不从文件读取设置'],
];

function reworded(words: string, rules: Rewording): string | undefined {
  const rule = rules.find(([pattern]) => pattern.test(words));
  return rule && words.replace(...rule);
}

/** Words that go on after the name of what is wrong. */
export function ruleInChinese(words: string): string {
  const url = /^the (\d+)\. URL (.+)$/.exec(words);
  if (url !== null) return `第 ${url[1]} 个地址${ruleInChinese(url[2] ?? '')}`;
  const kind = /^must be (.+)$/.exec(words)?.[1];
  if (kind !== undefined) return `必须是${reworded(kind, KINDS) ?? ` ${kind}`}`;
  return reworded(words, RULES) ?? words;
}

/** A line about a setting that is wrong, `NAME.place: words`, or that has no effect. */
export function settingInChinese(line: string): string {
  const idle = reworded(line, IDLE);
  if (idle !== undefined) return reworded(idle, IN_PLACE) ?? idle;
  const at = line.indexOf(': ');
  return at < 0 ? line : `${line.slice(0, at)}：${ruleInChinese(line.slice(at + 2))}`;
}
