import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { ask, isNotNow, requestLine, UnreachableError, type AnswerTo, type Asking } from '../api/ask';
import { showErasure, startErasure } from '../api/erasure-operations';
import { loadConfig, type Config } from '../config/config';
import { REMAINS, type ErasedKind } from '../shipment/erasure';
import type { Explanation } from '../shipment/explanation';
import { asJson, padded, print, tell, type Line } from '../terminal';
import { UsageError } from './exit-codes';
import { isMeant } from './read-line';
import { counted, say, type Noun } from './language';
import { row } from './rows';
import { command } from './summaries';

/** How often the progress is looked at; milliseconds. */
const LOOK_MS = 1_000;
/** How long it may not be answered, so that the API can be restarted; milliseconds. */
const PATIENCE_MS = 60_000;

type Plan = AnswerTo<typeof startErasure>;
type Progress = AnswerTo<typeof showErasure>;

interface EraseOptions {
  readonly user?: string;
  readonly order?: string;
  readonly waybill?: string;
  readonly carrier?: string;
  readonly reason?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `waybell erase`: what is kept about a person, an order or a parcel goes. */
export function eraseCommand(): Command {
  return command('erase')
    .option(
      '--user <id>',
      say({ en: 'a buyer: phones, messages and all parcels', zh: '某买家：手机、消息和全部包裹' }),
    )
    .option('--order <id>', say({ en: 'the parcels of an order', zh: '某订单的包裹' }))
    .option('--waybill <number>', say({ en: 'one waybill', zh: '一个运单' }))
    .option(
      '--carrier <name>',
      say({
        en: 'of the waybill; every carrier’s of that number when absent',
        zh: '运单的快递公司；不写则为该单号的所有快递公司',
      }),
    )
    .option(
      '--reason <words>',
      say({ en: 'why, without a name; kept in the audit', zh: '原因，不写姓名；保存在审计中' }),
    )
    .option(
      '--dry-run',
      say({ en: 'only say what would go, and what would be left', zh: '只说明会删除什么、会留下什么' }),
    )
    .option('--yes', say({ en: 'do not ask', zh: '不询问' }))
    .option(
      '--json',
      say({
        en: 'for programs, once it is done; needs --yes or --dry-run',
        zh: '完成后输出 JSON，供程序使用；需要 --yes 或 --dry-run',
      }),
    )
    .action((options: EraseOptions) => erase(loadConfig(), options));
}

async function erase(config: Config, options: EraseOptions): Promise<void> {
  const { user, order, waybill, carrier, reason, dryRun, yes, json } = options;
  const body: Asking<typeof startErasure>['body'] = {
    ...{ user_id: user, order_id: order, tracking_no: waybill, carrier, reason },
  };
  // Between two answers no program reads a question.
  if (json && !yes && !dryRun) throw new UsageError(say(UNASKED));
  if (!yes || dryRun) {
    const plan = await ask(config, startErasure, { body: { ...body, dry_run: true } });
    if (json) print(asJson(plan));
    else tell(planInWords(plan));
    if (dryRun) return;
    if (!(await isMeant(QUESTION, UNASKED))) return tell([say(NOTHING_ERASED)]);
  }
  const { erasure_id: id } = await ask(config, startErasure, { body });
  if (id === null)
    throw new Error(say({ en: 'Waybell has begun nothing.', zh: 'Waybell 没有开始任何操作。' }));
  if (!json) tell([row({ en: 'erasure', zh: '删除' }, id)]);
  const end = await follow(config, id);
  if (json) print(asJson(end));
  else tell(endInWords(end));
}

/** Nothing brings back what is erased. */
const QUESTION: Explanation = {
  en: 'Nothing brings it back. Erase it? yes, and Enter:',
  zh: '删除后无法恢复。确定删除？输入 yes 并回车：',
};
const UNASKED: Explanation = {
  en: 'Nothing was erased: give --yes where nobody can be asked.',
  zh: '没有删除任何内容：无法询问时请给出 --yes。',
};
const NOTHING_ERASED: Explanation = { en: 'Nothing was erased.', zh: '没有删除任何内容。' };

async function follow(config: Config, id: string): Promise<Progress> {
  const bar = new SingleBar({ format: '{bar} {value} / {total}', clearOnComplete: true });
  bar.start(0, 0);
  try {
    for (;;) {
      const now = await look(config, id);
      bar.setTotal(now.parcels ?? 0);
      bar.update(now.parcels_done);
      if (now.state === 'done') return now;
      await sleep(LOOK_MS);
    }
  } finally {
    bar.stop();
  }
}

/** The erasure goes on, whether somebody can look at it or not. */
async function look(config: Config, id: string): Promise<Progress> {
  const params = { erasure_id: id };
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask(config, showErasure, { params });
    } catch (error) {
      if (!(error instanceof Error && isNotNow(error))) throw error;
      if (Date.now() > until)
        throw new UnreachableError(goesOn(requestLine(showErasure, { params }), error), { cause: error });
      await sleep(LOOK_MS);
    }
  }
}

const goesOn = (where: string, { message }: Error): Explanation => ({
  en: `The erasure goes on, see ${where}. ${message}`,
  zh: `删除在继续，见 ${where}。${message}`,
});

const PARCELS: Noun = { one: 'parcel', many: 'parcels', zh: '个包裹' };

export function planInWords({ parcels, looked_at: lookedAt, erased, left }: Plan): Line[] {
  const found = counted(parcels ?? 0, PARCELS);
  const isPart = (parcels ?? 0) > lookedAt;
  return [
    say({
      en: `${found}, nothing changed. Would go${isPart ? ` of the first ${lookedAt}` : ''}, beside what Temporal keeps:`,
      zh: `${found}，没有做任何更改。除 Temporal 保存的内容外${isPart ? `，前 ${lookedAt} 个` : ''}将删除：`,
    }),
    ...tableOf(erased),
    say({ en: 'Would be left:', zh: '将留下：' }),
    ...left.flatMap(describeLeft),
  ];
}

export function endInWords({ parcels, erased, left }: Progress): Line[] {
  const found = counted(parcels ?? 0, PARCELS);
  return [
    say({ en: `${found}. Gone:`, zh: `${found}。已删除：` }),
    ...tableOf(erased),
    say({ en: 'Left:', zh: '留下：' }),
    ...left.flatMap(describeLeft),
  ];
}

const KINDS_IN_CHINESE: Readonly<Record<ErasedKind, string>> = {
  devices: '手机',
  notifications: '消息',
  merchant_texts: '给商家的文字',
  pushes: '推送',
  texts: '文字',
  pickup_codes: '取件码',
  scans: '扫描',
  status_changes: '状态变化',
  deliveries: '投递',
  waits: '等待',
  memories: '包裹记录',
  webhook_bodies: 'webhook 内容',
  histories: 'Temporal 历史',
  refusals: '被拒绝的请求',
  bulk_retries: '批量重试',
  queue_imports: '队列导入',
  audit_entries: '审计记录',
};

function tableOf(erased: Progress['erased']): Line[] {
  const lines = Object.entries(erased).map(([kind, count]) => {
    const name = say({ en: kind.replaceAll('_', ' '), zh: KINDS_IN_CHINESE[kind as ErasedKind] });
    return `  ${padded(name, 20)} ${String(count).padStart(9)}`;
  });
  return lines.length === 0 ? [say({ en: '  nothing', zh: '  无' })] : lines;
}

function describeLeft({ kind, count, until, names }: Progress['left'][number]): Line[] {
  const many = count === null ? '' : `${count} `;
  const { en, zh } = REMAINS[kind];
  const end = until?.slice(0, 10);
  return [
    say({
      en: `  ${many}${en}${end === undefined ? '' : `, until ${end}`}`,
      zh: `  ${many}${zh}${end === undefined ? '' : `，到 ${end} 为止`}`,
    }),
    ...names.map((name) => `    ${name}`),
  ];
}
