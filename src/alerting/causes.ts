import type { AlarmName } from '../alarms';
import type { Explanation } from '../shipment/explanation';

/** What people read about a cause, and the command that helps. */
interface CauseWords {
  /** One sentence, which is also said of what is over. */
  readonly sentence: (subject: string) => Explanation;
  readonly command: (subject: string) => string;
}

const said = (en: string, zh: string): CauseWords['sentence'] => {
  return (subject) => ({ en: en.replace('{}', subject), zh: zh.replace('{}', subject) });
};
const DOCTOR = (): string => 'npx waybell doctor';
const STATUS = (): string => 'npx waybell status';
const PROVIDERS = (): string => 'npx waybell providers list';

export const CAUSES: Readonly<Record<AlarmName, CauseWords>> = {
  'rows-hidden': {
    sentence: said(
      'PostgreSQL may hide rows from Waybell (row-level security): people may not be found.',
      'PostgreSQL 可能对 Waybell 隐藏了数据行（行级安全）：可能找不到收件人。',
    ),
    command: DOCTOR,
  },
  'grant-missing': {
    sentence: said(
      'Waybell lacks a privilege in PostgreSQL: deliveries wait.',
      'Waybell 缺少 PostgreSQL 权限：投递在等待。',
    ),
    command: DOCTOR,
  },
  'permission-refused': {
    sentence: said('PostgreSQL refused a statement of Waybell.', 'PostgreSQL 拒绝了 Waybell 的一条语句。'),
    command: DOCTOR,
  },
  'tables-changed': {
    sentence: said(
      'A table or column of the shop is gone or has another name.',
      '商城的某个表或列不见了，或改了名称。',
    ),
    command: DOCTOR,
  },
  'migration-missing': {
    sentence: said('A migration is not applied.', '有数据库迁移尚未执行。'),
    command: () => 'npx waybell migrate --plan',
  },
  'unique-key-missing': {
    sentence: said('A unique index is gone.', '缺少一个唯一索引。'),
    command: () => 'npx waybell doctor --fix',
  },
  'old-queue-fed': {
    sentence: said(
      'A trigger feeds notify_queue: people would get every push twice.',
      '有触发器在写入 notify_queue：用户会收到两次推送。',
    ),
    command: DOCTOR,
  },
  'provider-down': {
    sentence: said('Push provider {}: every request fails.', '推送服务 {}：所有请求都失败。'),
    command: PROVIDERS,
  },
  'webhooks-refused': {
    sentence: said(
      'Channel {} refuses every webhook of its carrier.',
      '通道 {} 拒绝了承运商发来的所有 webhook。',
    ),
    command: () => 'npx waybell channels list',
  },
  'receiver-refuses': {
    sentence: said(
      '{} of STATUS_WEBHOOKS takes no changes of statuses: they wait.',
      'STATUS_WEBHOOKS 中的 {} 不接收状态变化：它们在等待。',
    ),
    command: () => 'npx waybell receivers list',
  },
  'build-not-current': {
    sentence: said(
      'A worker stands by: Temporal gives the deliveries to another build.',
      '有 worker 处于待命：Temporal 把投递交给了另一个版本。',
    ),
    command: DOCTOR,
  },
  'database-away': {
    sentence: said(
      'PostgreSQL does not answer: webhooks are kept, and deliveries wait.',
      'PostgreSQL 没有响应：webhook 已暂存，投递在等待。',
    ),
    command: DOCTOR,
  },
  'temporal-away': {
    sentence: said(
      'Temporal does not answer: webhooks are kept, and deliveries wait.',
      'Temporal 没有响应：webhook 已暂存，投递在等待。',
    ),
    command: DOCTOR,
  },
  'worker-missing': {
    sentence: said('No worker takes deliveries.', '没有 worker 在处理投递。'),
    command: STATUS,
  },
  'sweep-missing': {
    sentence: said(
      'The sweep does not come: what is waited for may not be noticed.',
      '定时巡检没有运行：等到的订单或设备可能不会被发现。',
    ),
    command: () => 'npx waybell doctor --fix',
  },
  'journal-stuck': {
    sentence: said('Webhooks wait for Temporal in journal {}.', '日志 {} 中有 webhook 等待交给 Temporal。'),
    command: STATUS,
  },
  'journal-silent': {
    sentence: said(
      'Journal {} is not heard of: its API process does not run, and may keep webhooks.',
      '日志 {} 没有消息：其 API 进程没有运行，可能还保存着 webhook。',
    ),
    command: () => 'npx waybell attention --kind journal-silent',
  },
  'provider-held': {
    sentence: said('All pushes of {} are held.', '{} 的所有推送都已暂停。'),
    command: PROVIDERS,
  },
  'deactivation-held': {
    sentence: said('{} calls too many phones gone: a person decides.', '{} 称太多手机已失效：需要人工决定。'),
    command: PROVIDERS,
  },
  'deliveries-overdue': {
    sentence: said('Deliveries wait that should not wait any more ({}).', '有投递不应再等待（{}）。'),
    command: (kind) => `npx waybell attention --kind ${kind}`,
  },
  'too-many-wait': {
    sentence: said('Too many deliveries wait ({}).', '等待的投递过多（{}）。'),
    command: (kind) => `npx waybell attention --kind ${kind}`,
  },
};
