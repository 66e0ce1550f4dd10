import type { Explanation } from './explanation';
import { type CodingMaker, makerOfBrand } from './maker-codes';

/** What the maker of one phone is told of the class of our messages, and what its phones make of that. */

/** HarmonyOS has classes of its own, beside those of Huawei's Android. */
export type TellingMaker = CodingMaker | 'harmony';

export interface ToldClass {
  readonly maker: TellingMaker;
  /** The fields of MESSAGE_CLASSES without which its phones stay silent. */
  readonly lacks: readonly string[];
}

/** What an app has said of its phone. */
export interface MadePhone {
  readonly brand: string | null;
  readonly platform: string | null;
}

const isOn =
  (...platforms: readonly string[]) =>
  (platform: string | null): boolean =>
    platform !== null && platforms.includes(platform.toLowerCase());
export const isApple = isOn('ios', 'ipados');
export const isHarmony = isOn('harmony', 'harmonyos');

/** Whose class decides; `undefined` where no maker of Android phones has a say, or the app has not said which. */
export function makerOfPhone({ brand, platform }: MadePhone): TellingMaker | undefined {
  if (isApple(platform)) return undefined;
  return isHarmony(platform) ? 'harmony' : makerOfBrand(brand);
}

const NAMES: Readonly<Record<TellingMaker, Explanation>> = {
  huawei: { en: 'Huawei', zh: '华为' },
  harmony: { en: 'HarmonyOS', zh: '鸿蒙' },
  honor: { en: 'Honor', zh: '荣耀' },
  xiaomi: { en: 'Xiaomi', zh: '小米' },
  oppo: { en: 'OPPO', zh: 'OPPO' },
  vivo: { en: 'vivo', zh: 'vivo' },
  meizu: { en: 'Meizu', zh: '魅族' },
};

/** What its phones do with a message for an app that does not run. */
export function explainToldClass({ maker, lacks }: ToldClass): Explanation {
  const { en, zh } = NAMES[maker];
  if (lacks.length > 0) return explainLack({ maker, lacks });
  return {
    en: `${en} is told a class for messages of parcels: its phones show them as such where ${en} has granted it to the app and the cloud function passes it on.`,
    zh: `已向${zh}说明物流消息的分类：${zh}已批准该应用、且云函数原样传递时，手机按该分类显示。`,
  };
}

/** Why its phones stay silent, and what to set. */
export function explainLack({ maker, lacks }: ToldClass): Explanation {
  const { en, zh } = NAMES[maker];
  const place = `MESSAGE_CLASSES.${maker}`;
  return {
    en: `${en} takes it for advertising, since ${place} lacks ${lacks.join(' and ')}: its phones show few of those a day, without a sound, or none. Apply for the class at ${en}, then set it.`,
    zh: `${place} 缺少 ${lacks.join('、')}，${zh}会按营销消息处理：每天只显示少量、没有声音，或不显示。请先向${zh}申请分类，再设置。`,
  };
}
