import type { RegistrationGrace } from '../../config/registration-grace';
import { inTransaction } from '../../database/pool';
import { countTokenlessPhones, type TokenlessPhones } from '../../database/tokenless-devices';
import type { Explanation } from '../../shipment/explanation';
import { ok, problem, requireMigrations, warning, type Check, type Seen } from '../check';

const DAY_MS = 24 * 60 * 60_000;
/** An app needs a review of its store, and people need to update it. */
const SOON_MS = 14 * DAY_MS;

/** Which apps still register without a token, and how long they may. */
export const registrations: Check = {
  name: 'registrations',
  async run({ config, database, clock }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const apps = await inTransaction(pool, countTokenlessPhones);
    const { grace } = config.accessTokens;
    return grace === undefined ? withoutGrace(apps) : judgeGrace(grace, apps, clock());
  },
};

function withoutGrace(apps: readonly TokenlessPhones[]): Seen[] {
  if (apps.length === 0)
    return [
      ok({
        en: 'No phone has registered without a token or key where one is asked for.',
        zh: '在需要令牌或密钥的地方，没有手机不带令牌就注册。',
      }),
    ];
  const { en, zh } = inWords(apps);
  const found = {
    en: `${en} and ANONYMOUS_REGISTRATION_UNTIL is not set any more.`,
    zh: `${zh}；ANONYMOUS_REGISTRATION_UNTIL 已不再设置。`,
  };
  return [warning(found, THEY_STAY)];
}

function judgeGrace(
  { lastDay, endsAt }: RegistrationGrace,
  apps: readonly TokenlessPhones[],
  now: number,
): Seen[] {
  const who =
    apps.length === 0 ? { en: 'No phone comes without a token', zh: '没有手机不带令牌' } : inWords(apps);
  if (now >= endsAt) {
    return [
      apps.length === 0
        ? warning(
            {
              en: `The grace of ANONYMOUS_REGISTRATION_UNTIL is over since ${lastDay}.`,
              zh: `ANONYMOUS_REGISTRATION_UNTIL 的宽限期已于 ${lastDay} 结束。`,
            },
            { en: 'Remove the setting.', zh: '请删除这个设置。' },
          )
        : warning(
            {
              en: `${who.en}; their apps are refused since ${lastDay} (registration-grace-over).`,
              zh: `${who.zh}；自 ${lastDay} 起拒绝这些 App（registration-grace-over）。`,
            },
            THEY_STAY,
          ),
    ];
  }
  const days = Math.ceil((endsAt - now) / DAY_MS);
  const found = {
    en: `${who.en}; until ${lastDay} anybody may register a phone for anybody (${days} ${days === 1 ? 'day' : 'days'} left).`,
    zh: `${who.zh}；直到 ${lastDay}，任何人都可以替任何人注册手机（还剩 ${days} 天）。`,
  };
  if (apps.length === 0)
    return [
      warning(found, {
        en: 'Remove ANONYMOUS_REGISTRATION_UNTIL once every app is out that has one.',
        zh: '等所有带令牌的 App 都发布之后，请删除 ANONYMOUS_REGISTRATION_UNTIL。',
      }),
    ];
  return [
    endsAt - now <= SOON_MS
      ? problem(found, {
          en: 'Get people to update the app, or set a later day: after it these apps register nothing.',
          zh: '请让人们更新 App，或把日期改晚：之后这些 App 什么都注册不了。',
        })
      : warning(found, {
          en: 'Release the app that sends the token of the person (docs/phones.md).',
          zh: '请发布会发送个人令牌的 App（docs/phones.md）。',
        }),
  ];
}

const THEY_STAY: Explanation = {
  en: 'Their phones get pushes as before, and whose they are nobody has shown: those that come with a token are proven; to retire the others, set is_active to false where tokenless_since is not null.',
  zh: '这些手机照常收到推送，但没有人证明过它们属于谁：带着令牌再来的就得到了证明；要停用其余的，请在 tokenless_since 不为 null 的行上把 is_active 设为 false。',
};

function inWords(apps: readonly TokenlessPhones[]): Explanation {
  const list = apps.map(({ appid, phones, since, lastAt }) => ({
    en: `${appid}: ${phones} ${phones === 1 ? 'phone' : 'phones'} without a token, the first since ${dayOf(since)}, the last ${dayOf(lastAt)}`,
    zh: `${appid}：${phones} 部手机没有令牌，最早自 ${dayOf(since)} 起，最近在 ${dayOf(lastAt)}`,
  }));
  return { en: list.map(({ en }) => en).join('; '), zh: list.map(({ zh }) => zh).join('；') };
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
