import { z } from 'zod';
import type { Explanation } from '../../shipment/explanation';
import { TEMPLATE_FACTS } from '../../shipment/lock-screen';

/**
 * What each maker of phones lets a sender say of a message, so that it is shown as news and not as advertising: which
 * field takes what, where it goes, what is written about it, and how sure that is. docs/push.md is written from this
 * table. Nothing of it was seen on a handset.
 *
 * How sure: `sure`, on a page or in code of the maker, of DCloud or of GeTui; `likely`, in public code or on the page of
 * another sender; `not seen`, inferred.
 */

type Sureness = 'sure' | 'likely' | 'not seen';

interface Field {
  /** What the setting takes. */
  readonly takes: z.ZodType;
  /** The same in words. */
  readonly holds: string;
  /** In the request: a key of `ups.options` (a path in the maker's own JSON), or the place in the provider's. */
  readonly path: string;
  /** For news of parcels; '' where the shop's own value is needed. */
  readonly proposed: string;
  readonly source: string;
  readonly sure: Sureness;
}

interface Maker {
  readonly phones: Explanation;
  /** Its key in `ups.options` of GeTui and `options.android` of uni-push. */
  readonly options?: string;
  readonly applyFor: Explanation;
  /** What happens without. */
  readonly without: Explanation;
  readonly fee: string;
  /** What must be said, and how, for its phones to make themselves heard; `any` value, or this one. */
  readonly needs: Readonly<Record<string, unknown>>;
  /** What was sent before there was a setting, and still is where it says nothing. */
  readonly byDefault: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, Field>>;
}

export const ANY = 'any';

const WORD_LENGTH = 64;
const word = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'may hold visible ASCII characters only')
  .max(WORD_LENGTH);
/** As a maker's table spells it; in lower case vivo takes none. */
const category = z
  .string()
  .regex(/^[A-Z][A-Z_]*$/, 'must be in capital letters, as the maker writes it')
  .max(WORD_LENGTH);
const importance = z.enum(['LOW', 'NORMAL']);
const flag = z.union([z.literal(0), z.literal(1)]);

/** Xiaomi takes nine; no maker is known to take more. */
const MOST_PARAMETERS = 9;
const parameters = z
  .record(word, z.enum(TEMPLATE_FACTS))
  .refine((map) => Object.keys(map).length <= MOST_PARAMETERS, `at most ${MOST_PARAMETERS}`);
const FACTS_IN_WORDS = `JSON: name of the variable to ${TEMPLATE_FACTS.map((fact) => `\`${fact}\``).join(', ')}`;

const NO_FEE = 'none seen';
const GETUI_PAGE = 'docs.getui.com, vendor/qps';
const MODOOD = 'public code: modood/pushapi';

export const MAKERS = {
  huawei: {
    phones: { en: 'Huawei (Android)', zh: '华为（安卓）' },
    options: 'HW',
    applyFor: {
      en: 'AppGallery Connect, Push Kit: the right of self-classification, type EXPRESS (orders and logistics)',
      zh: 'AppGallery Connect 的 Push Kit：自分类权益，类型 EXPRESS（订单与物流）',
    },
    without: {
      en: 'marketing: without a sound, 2 a day for each phone, since 2023-01-05',
      zh: '按营销类：静默，每部手机每天 2 条，从 2023-01-05 起',
    },
    fee: NO_FEE,
    needs: { category: ANY },
    byDefault: { category: 'EXPRESS' },
    fields: {
      category: {
        takes: category.nullable(),
        holds: 'the class, `null` for none',
        path: '/message/android/category',
        proposed: 'EXPRESS',
        source: 'developer.huawei.com, message-classification',
        sure: 'sure',
      },
      importance: {
        takes: importance,
        holds: '`LOW` or `NORMAL`',
        path: '/message/android/notification/importance',
        proposed: 'NORMAL',
        source: 'developer.huawei.com; docs.getui.com',
        sure: 'sure',
      },
      channel: {
        takes: word,
        holds: 'a channel of the app',
        path: '/message/android/notification/channel_id',
        proposed: '',
        source: 'doc.dcloud.net.cn, uni-cloud-push/options',
        sure: 'sure',
      },
    },
  },
  harmony: {
    phones: { en: 'HarmonyOS NEXT', zh: 'HarmonyOS NEXT' },
    applyFor: {
      en: 'the right of self-classification once more, for the HarmonyOS app; in GeTui’s console the address of receipts',
      zh: '再为鸿蒙应用申请一次自分类权益；在个推后台填写回执地址',
    },
    without: {
      en: 'marketing: 2 to 5 a day; uni-push and GeTui demand a category',
      zh: '按营销类：每天 2 到 5 条；uni-push 和个推要求写明 category',
    },
    fee: NO_FEE,
    needs: { category: ANY },
    byDefault: { category: 'EXPRESS' },
    fields: {
      category: {
        takes: category.max(50),
        holds: 'the class',
        path: 'push_channel.harmony.notification.category; category.harmony of uni-push',
        proposed: 'EXPRESS',
        source: 'doc.dcloud.net.cn, uni-cloud-push; getui-pushapi-java-client-v2',
        sure: 'sure',
      },
    },
  },
  honor: {
    phones: { en: 'Honor', zh: '荣耀' },
    options: 'HO',
    applyFor: {
      en: 'Honor’s developer platform: the right of self-classification',
      zh: '荣耀开发者平台：自分类权益',
    },
    without: {
      en: 'marketing since 2024-12-31: without a sound, 2 a day; nothing from 0 to 6 o’clock in any class',
      zh: '从 2024-12-31 起按营销类：静默，每天 2 条；任何分类在 0 到 6 点都不显示',
    },
    fee: NO_FEE,
    needs: { importance: 'NORMAL' },
    byDefault: {},
    fields: {
      importance: {
        takes: importance,
        holds: '`LOW` (marketing) or `NORMAL` (service)',
        path: '/android/notification/importance',
        proposed: 'NORMAL',
        source: 'dcloudio/hello-uni-push',
        sure: 'sure',
      },
    },
  },
  xiaomi: {
    phones: { en: 'Xiaomi, Redmi, POCO', zh: '小米、Redmi、POCO' },
    options: 'XM',
    applyFor: {
      en: 'dev.mi.com: a channel of the private category “order and logistics” (订单及物流), and a template bound to it; 3 to 5 working days, official templates need no review',
      zh: 'dev.mi.com：私信类“订单及物流”的通道，以及与它绑定的模板；3 到 5 个工作日，官方模板不需要审核',
    },
    without: {
      en: 'one a day for each phone, without a sound; with a channel and no template nothing for new apps, since 2026-08-01',
      zh: '每部手机每天一条，静默；有通道而没有模板时，新应用从 2026-08-01 起什么都不显示',
    },
    fee: NO_FEE,
    needs: { channel: ANY, template: ANY },
    byDefault: {},
    fields: {
      channel: {
        takes: word,
        holds: 'the id of the channel',
        path: '/extra.channel_id',
        proposed: '',
        source: 'dev.mi.com, pId=2314',
        sure: 'sure',
      },
      template: {
        takes: word,
        holds: 'the id of the template; the phone shows it and not our words',
        path: '/extra.template_id',
        proposed: '',
        source: 'dev.mi.com, pId=2314',
        sure: 'sure',
      },
      parameters: {
        takes: parameters,
        holds: FACTS_IN_WORDS,
        path: '/extra.template_param',
        proposed: '',
        source: 'dev.mi.com, pId=2314; its place among the options is inferred',
        sure: 'not seen',
      },
    },
  },
  oppo: {
    phones: { en: 'OPPO, OnePlus, realme', zh: 'OPPO、一加、realme' },
    options: 'OP',
    applyFor: {
      en: 'a mail to OPPO for “communication and service” (通讯与服务), and a template',
      zh: '发邮件向 OPPO 申请“通讯与服务”类，以及一个模板',
    },
    without: {
      en: 'marketing: 2 a day for each person, since 2024-11-20; nothing at all for apps that are not from OPPO’s store, since 2024-07-29',
      zh: '按营销类：每人每天 2 条，从 2024-11-20 起；不是从 OPPO 软件商店安装的应用，从 2024-07-29 起什么都不显示',
    },
    fee: NO_FEE,
    needs: { category: ANY, template: ANY },
    byDefault: {},
    fields: {
      channel: {
        takes: word,
        holds: 'the id of the channel',
        path: '/channel_id',
        proposed: '',
        source: 'public code',
        sure: 'likely',
      },
      category: {
        takes: category,
        holds: 'the class',
        path: '/category',
        proposed: 'ORDER',
        source: MODOOD,
        sure: 'likely',
      },
      notifyLevel: {
        takes: z.union([z.literal(1), z.literal(2), z.literal(16)]),
        holds: '`1` the bar, `2` the lock screen too, `16` all (a grant of its own)',
        path: '/notify_level',
        proposed: '2',
        source: MODOOD,
        sure: 'likely',
      },
      template: {
        takes: word,
        holds: 'the id of the template; the phone shows it and not our words',
        path: '/private_msg_template_id',
        proposed: '',
        source: MODOOD,
        sure: 'likely',
      },
      titleParameters: {
        takes: parameters,
        holds: FACTS_IN_WORDS,
        path: '/private_title_parameters',
        proposed: '',
        source: `${MODOOD}; text or object is not said`,
        sure: 'likely',
      },
      contentParameters: {
        takes: parameters,
        holds: FACTS_IN_WORDS,
        path: '/private_content_parameters',
        proposed: '',
        source: `${MODOOD}; text or object is not said`,
        sure: 'likely',
      },
    },
  },
  vivo: {
    phones: { en: 'vivo, iQOO', zh: 'vivo、iQOO' },
    options: 'VV',
    applyFor: {
      en: 'the app in vivo’s store; a mail to vivo lifts the number',
      zh: '应用在 vivo 应用商店上架；发邮件给 vivo 可以提高条数',
    },
    without: {
      en: 'operational: 2 a day, in a box of its own; vivo also looks at the words',
      zh: '按运营类：每天 2 条，收进单独的盒子；vivo 还会看文字内容',
    },
    fee: NO_FEE,
    needs: { category: ANY },
    byDefault: { category: 'ORDER' },
    fields: {
      category: {
        takes: category.nullable(),
        holds: 'the class, `null` for none',
        path: '/category',
        proposed: 'ORDER',
        source: `doc.dcloud.net.cn, uni-cloud-push; ${MODOOD}`,
        sure: 'likely',
      },
      classification: {
        takes: flag,
        holds: '`1` system, `0` operational; must fit the category, and may be left out',
        path: '/classification',
        proposed: '',
        source: MODOOD,
        sure: 'likely',
      },
    },
  },
  meizu: {
    phones: { en: 'Meizu', zh: '魅族' },
    options: 'MZ',
    applyFor: { en: 'nothing that was found', zh: '没有找到需要申请的' },
    without: {
      en: 'public: 3 a day for each phone, since 2025-05-07',
      zh: '按公信类：每部手机每天 3 条，从 2025-05-07 起',
    },
    fee: NO_FEE,
    needs: { noticeMsgType: 1 },
    byDefault: {},
    fields: {
      noticeMsgType: {
        takes: flag,
        holds: '`1` private, `0` public',
        path: '/noticeBarInfo/noticeMsgType',
        proposed: '1',
        source: 'MEIZUPUSH/PushAPI; its place among the options is inferred',
        sure: 'not seen',
      },
    },
  },
  fcm: {
    phones: { en: 'Android with Google, by `fcm`', zh: '带有 Google 服务的安卓，通过 `fcm`' },
    applyFor: { en: 'nothing: the app makes the channel', zh: '不需要：通道由应用自己创建' },
    without: { en: 'the sound of the app’s default channel', zh: '按应用默认通道的声音' },
    fee: NO_FEE,
    needs: {},
    byDefault: {},
    fields: {
      channel: {
        takes: word,
        holds: 'a channel of the app; one that it does not have counts as its default',
        path: 'message.android.notification.channel_id',
        proposed: '',
        source: 'firebase.google.com, AndroidNotification',
        sure: 'sure',
      },
    },
  },
  apns: {
    phones: {
      en: 'Apple, by `apns`, `fcm`, `getui`, `unicloud`',
      zh: 'Apple，通过 `apns`、`fcm`、`getui`、`unicloud`',
    },
    applyFor: {
      en: `for \`time-sensitive\` the capability of that name, for \`critical\` a grant of Apple; fields inside GeTui’s and uni-push’s \`ios\` are inferred; ${GETUI_PAGE} names no class`,
      zh: '`time-sensitive` 需要同名的 capability，`critical` 需要 Apple 批准；个推和 uni-push 的 `ios` 中的字段是推断的；docs.getui.com 的 vendor/qps 没有提到分类',
    },
    without: { en: 'shown as `active`', zh: '按 `active` 显示' },
    fee: NO_FEE,
    needs: {},
    byDefault: {},
    fields: {
      interruptionLevel: {
        takes: z.enum(['passive', 'active', 'time-sensitive', 'critical']),
        holds: '`passive`, `active`, `time-sensitive` or `critical`',
        path: 'aps.interruption-level',
        proposed: 'active',
        source: 'developer.apple.com, generating a remote notification',
        sure: 'sure',
      },
      relevanceScore: {
        takes: z.number().min(0).max(1),
        holds: 'a number from 0 to 1',
        path: 'aps.relevance-score',
        proposed: '',
        source: 'developer.apple.com, generating a remote notification',
        sure: 'sure',
      },
    },
  },
} as const satisfies Readonly<Record<string, Maker>>;

export type MakerName = keyof typeof MAKERS;
export const MAKER_NAMES = Object.keys(MAKERS) as MakerName[];
/** Without what each maker has for itself. */
export const makerOf = (name: MakerName): Maker => MAKERS[name];
