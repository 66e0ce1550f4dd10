import { DENIED, explainReason } from './explain-push';
import { joined, type Explanation } from './explanation';
import type { NotificationPermission } from './device';
import type { Language } from './phrases';
import { explainToldClass, isApple, isHarmony, type ToldClass } from './told-class';

/**
 * How far a test message is: nobody has taken it; its request is under way; a provider took it; it did not; the
 * settings keep everybody, or this phone, from being told; all pushes of its provider wait.
 */
export const PUSH_TEST_STATES = ['asked', 'sending', 'accepted', 'failed', 'withheld', 'held'] as const;
export type PushTestState = (typeof PUSH_TEST_STATES)[number];

const PREFIX = 'push-test:';

/** As a phone gets it with the push, and posts it with its receipt. No notification has such an id. */
export const pushTestMessageId = (testId: string): string => `${PREFIX}${testId}`;

/** @returns `undefined` for the message of a notification */
export function pushTestOf(messageId: string): string | undefined {
  return messageId.startsWith(PREFIX) ? messageId.slice(PREFIX.length) : undefined;
}

/** Short enough for every provider; of no parcel, so that nobody takes it for news. */
export const PUSH_TEST_TEXTS: Readonly<
  Record<Language, { readonly title: string; readonly content: string }>
> = {
  zh: { title: '推送测试', content: '这是一条测试消息，与任何包裹无关。' },
  en: { title: 'Push test', content: 'This is a test. It is about no parcel.' },
};

/** What came back, and what it means. */
export function explainPushTest(state: PushTestState, code: string | null): Explanation {
  switch (state) {
    case 'asked':
      return {
        en: 'No worker has taken it yet. Where that lasts, look whether one runs: waybell status.',
        zh: '还没有 worker 接手。如果一直如此，请用 waybell status 查看 worker 是否在运行。',
      };
    case 'sending':
      return { en: 'It is being sent at this moment.', zh: '正在发送。' };
    case 'withheld':
    case 'held':
      return joined(explainReason(code), { en: 'Nothing was sent.', zh: '没有发送任何消息。' });
    default:
      return explainReason(code);
  }
}

interface Reached {
  readonly provider: string;
  readonly platform: string | null;
  readonly notifications: NotificationPermission | null;
  /** As far as its app has said who made it. */
  readonly told: ToldClass | undefined;
}

interface Outlook {
  readonly holds: (phone: Reached) => boolean;
  readonly says: Explanation;
}

const isUniPush = ({ provider }: Reached): boolean => provider === 'unicloud' || provider === 'getui';

/** What a phone does with a message that its provider has taken, whoever made it. */
const OUTLOOKS: readonly Outlook[] = [
  {
    holds: isUniPush,
    says: {
      en: 'While the app runs the message goes to the app, which draws it: uni-push by itself with force_notification, or the listener of the app.',
      zh: 'App 正在运行时，消息交给 App 显示：带 force_notification 时由 uni-push 自己显示，否则由 App 的监听显示。',
    },
  },
  {
    holds: (phone) =>
      isUniPush(phone) && !isApple(phone.platform) && !isHarmony(phone.platform) && phone.told === undefined,
    says: {
      en: 'While it does not run, the maker of an Android phone decides by the class of the message whether it is shown, with or without sound, and how many a day.',
      zh: 'App 没有运行时，由安卓手机的厂商按消息分类决定是否显示、是否有声音、每天多少条。',
    },
  },
  {
    holds: (phone) => isUniPush(phone) && isHarmony(phone.platform),
    says: {
      en: 'HarmonyOS shows a message of a class that AppGallery Connect has granted to the app; another counts as marketing.',
      zh: 'HarmonyOS 按 AppGallery Connect 授予该应用的消息分类显示；没有授予的按营销类处理。',
    },
  },
  {
    holds: (phone) => phone.provider === 'apns' || (isUniPush(phone) && isApple(phone.platform)),
    says: {
      en: 'Apple keeps it while the phone is off; the phone shows it where notifications are allowed for the app, and in Focus only what the person lets through.',
      zh: '手机关机时由苹果保存；App 获得通知权限时显示，专注模式下只显示用户允许的。',
    },
  },
  {
    holds: ({ provider }) => provider === 'fcm',
    says: {
      en: 'Android shows it by itself only while the app is in the background, in the default channel of the app; in the foreground the app has to draw it.',
      zh: '只有 App 在后台时安卓才会自己显示，使用 App 的默认渠道；App 在前台时要由 App 显示。',
    },
  },
  {
    holds: ({ provider }) => provider === 'webpush',
    says: {
      en: 'The browser shows it through its service worker; on a computer only while the browser runs.',
      zh: '浏览器通过 service worker 显示；在电脑上只有浏览器运行时才会显示。',
    },
  },
];

/** What to expect of the phone, once its provider has taken the message. */
export function outlookOf(phone: Reached): Explanation[] {
  return [
    ...(phone.notifications === 'denied' ? [DENIED] : []),
    ...OUTLOOKS.filter(({ holds }) => holds(phone)).map(({ says }) => says),
    ...(phone.told ? [explainToldClass(phone.told)] : []),
  ];
}
