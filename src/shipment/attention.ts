import { ATTENTIONS, type Attention } from './delivery';
import { asItIs, type Explanation } from './explanation';
import { asShellWord } from './shown-text';

export const ATTENTION_KINDS = [
  ...ATTENTIONS,
  'under-way',
  'provider-down',
  'provider-held',
  'deactivation-held',
  'journal',
  'journal-silent',
  'worker',
  'sweep',
  'temporal',
] as const;
/** What something waits for. `under-way`: a delivery that waits for nobody but its own steps. */
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** What would end it, in words for people. */
export const ENDS_BY: Readonly<Record<AttentionKind, string>> = {
  'order-not-found': 'an order is linked to the waybill',
  'no-targets': 'the owner registers a device',
  'push-failed': 'a person removes the cause and retries',
  'members-unknown': 'the shop says again who belongs to the merchant',
  'under-way': 'its own next step',
  'provider-down': 'the provider takes a push again',
  'provider-held': 'the provider takes a probe, or a person releases it',
  'deactivation-held': 'a person decides whether these devices are gone',
  journal: 'Temporal takes what the journal keeps',
  'journal-silent':
    'its API process is started again with its DATA_DIR; if that is gone for good: waybell forget-journal',
  worker: 'a worker is started',
  sweep: 'the schedule waybell-sweep runs again: waybell doctor',
  temporal: 'Temporal answers again',
};

/** The delivery that a person is to do something about. */
export interface Parcel {
  readonly trackingNo: string;
  /** What `waybell retry` finds it by. */
  readonly name: string;
  /** The order that it may belong to, where something says so. */
  readonly orderId?: string;
}

/** What a person does about a delivery that waits: a line to paste, after what else it needs. */
export function nextStep(attention: Attention, { trackingNo, name, orderId }: Parcel): Explanation {
  switch (attention) {
    case 'order-not-found': {
      const link = `npx waybell link ${asShellWord(trackingNo)}`;
      return orderId === undefined
        ? { en: `look up its order, then: ${link} ORDER_ID`, zh: `查到它的订单，然后：${link} ORDER_ID` }
        : asItIs(`${link} ${asShellWord(orderId)}`);
    }
    case 'no-targets':
      return {
        en: 'nothing here: the owner signs in on a phone, whose app registers it, and this goes on by itself',
        zh: '这里无需操作：收件人在手机上登录应用，应用登记手机后会自动继续',
      };
    case 'push-failed': {
      const retry = `npx waybell retry ${asShellWord(name)}`;
      return { en: `remove the cause, then: ${retry}`, zh: `排除原因，然后：${retry}` };
    }
    case 'members-unknown':
      return {
        en: 'see what is wrong with members of SHOP_TABLES: npx waybell doctor',
        zh: '查看 SHOP_TABLES 的 members 有什么问题：npx waybell doctor',
      };
  }
}

/** How long a delivery waits for what it lacks before it ends with a reason; milliseconds. */
export interface WaitLimits {
  readonly order: number;
  readonly device: number;
  readonly firstDevice: number;
  readonly retry: number;
  /** How long one round keeps trying a device whose provider answers "later"; a provider stores it no longer. */
  readonly pushRetry: number;
}

/** What is known of something that waits, as far as being overdue goes; milliseconds since 1970. */
export interface Waiting {
  readonly kind: AttentionKind;
  readonly since: number;
  readonly until: number | null;
  /** Since when the sweep finds that its condition holds. */
  readonly dueSince: number | null;
  /** Whether its workflow runs; `null` when nobody looked. */
  readonly runs: boolean | null;
}

/** The type of what ends a pass of the sweep that is not its last one: no failure, but how Temporal comes to the next. */
export const SWEEP_GOES_ON = 'SweepGoesOn';

/** The sweep comes every minute: two of them see whatever is due. */
const TWO_SWEEPS_MS = 2 * 60_000;
/** Handing over takes milliseconds; so long is not by chance. */
const JOURNAL_MS = 60_000;

/** Why something that waits is overdue; `null` when it is not. */
export function whyOverdue({ kind, since, until, dueSince, runs }: Waiting, now: number): Explanation | null {
  if (runs === false) return { en: 'its workflow does not run', zh: '它的工作流没有在运行' };
  if (kind === 'provider-down') return { en: 'every request to it fails', zh: '对它的请求全部失败' };
  if (kind === 'temporal') return { en: 'it does not answer', zh: '没有应答' };
  if (kind === 'sweep')
    return {
      en: 'nobody looks any more whether what is waited for has come',
      zh: '没有人再查看所等待的内容是否已出现',
    };
  if (kind === 'worker')
    return { en: 'no worker takes deliveries from Temporal', zh: '没有 worker 从 Temporal 接手投递' };
  if (kind === 'journal-silent')
    return {
      en: 'not heard of for a minute: it may keep webhooks that nobody else has',
      zh: '一分钟没有消息：它可能保存着别处没有的 webhook',
    };
  if (kind === 'journal' && now - since > JOURNAL_MS)
    return { en: 'not handed over to Temporal for a minute', zh: '一分钟未移交给 Temporal' };
  if (dueSince !== null && now - dueSince > TWO_SWEEPS_MS)
    return { en: 'what it waits for has come, and it still waits', zh: '所等待的内容已出现，但仍在等待' };
  // A provider's next probe comes with the next push, which may be any time.
  if (kind !== 'provider-held' && until !== null && now - until > TWO_SWEEPS_MS)
    return { en: 'its time is over', zh: '已超过期限' };
  return null;
}

/** How soon the members of a merchant are looked for again, at first and at last; milliseconds. */
const MEMBERS_SOON_MS = 30_000;
const MEMBERS_LATE_MS = 10 * 60_000;

/** When who belongs to a merchant is asked again, the seldomer the longer it is not known; milliseconds. */
export const membersAgainMs = (unknownForMs: number): number =>
  Math.min(Math.max(MEMBERS_SOON_MS, unknownForMs / 4), MEMBERS_LATE_MS);
