import { countBrands } from '../../database/phone-brands';
import { MAKER_NAMES, makerOf, type MakerName } from '../../push/classes/makers';
import { silentMakers, type SilentMaker } from '../../push/classes/silent-makers';
import { makerOfBrand } from '../../shipment/maker-codes';
import {
  NotMigrated,
  NotReachable,
  ok,
  requireMigrations,
  warning,
  type Check,
  type DoctorContext,
  type Seen,
} from '../check';

/** Whose phones stay silent with the present settings; what a maker has granted, only its console says. */
export const messageClasses: Check = {
  name: 'message classes',
  async run({ config, database }) {
    const { MESSAGE_CLASSES: classes, CLOUD_FUNC_FIELDS: mapping, GETUI_APP_ID } = config.push;
    const providers = [
      ...(config.cloudFunctionUrl === undefined ? [] : ['unicloud']),
      ...(GETUI_APP_ID === undefined ? [] : ['getui']),
    ];
    if (providers.length === 0)
      return [
        ok({
          en: 'No provider is switched on that pushes through the makers of phones.',
          zh: '没有启用经手机厂商推送的推送服务。',
        }),
      ];

    const phones = await phonesLately(database, providers);
    const general = silentMakers(classes, '');
    const ofApps = Object.entries(classes?.apps ?? {}).flatMap(([appid, own]) =>
      silentMakers(classes, appid)
        .filter(({ maker }) => own[maker] !== undefined)
        .map((silent) => describe(silent, phones, appid)),
    );
    const heard = MAKER_NAMES.filter(
      (name) => Object.keys(makerOf(name).needs).length > 0 && general.every(({ maker }) => maker !== name),
    );
    return [
      ok({
        en: `A class is sent to: ${heard.map((name) => makerOf(name).phones.en).join('; ')}. It counts where the maker has granted it.`,
        zh: `会带上消息分类的手机：${heard.map((name) => makerOf(name).phones.zh).join('；')}。厂商批准之后才有效。`,
      }),
      ...general.map((silent) => describe(silent, phones)),
      ...ofApps,
      ...(mapping?.fields !== undefined &&
      classes !== undefined &&
      !Object.values(mapping.fields).includes('options')
        ? [
            warning(
              {
                en: 'MESSAGE_CLASSES is set, and CLOUD_FUNC_FIELDS gives the function no options: only the categories of Huawei, HarmonyOS and vivo can reach it.',
                zh: '设置了 MESSAGE_CLASSES，但 CLOUD_FUNC_FIELDS 没有把 options 交给函数：只有华为、HarmonyOS 和 vivo 的分类能到达它。',
              },
              {
                en: 'Name options among the fields of CLOUD_FUNC_FIELDS, and pass it on to sendMessage.',
                zh: '请把 options 列入 CLOUD_FUNC_FIELDS 的字段，并传递给 sendMessage。',
              },
            ),
          ]
        : []),
    ];
  },
};

function describe(
  { maker, lacks }: SilentMaker,
  phones: ReadonlyMap<MakerName, number>,
  appid?: string,
): Seen {
  const { phones: whose, without, applyFor } = makerOf(maker);
  const place = appid === undefined ? `MESSAGE_CLASSES.${maker}` : `MESSAGE_CLASSES.apps.${appid}.${maker}`;
  const count = phones.get(maker);
  const many =
    count === undefined
      ? { en: '', zh: '' }
      : { en: ` (${count} of the phones that were seen last)`, zh: `（最近出现的手机中有 ${count} 部）` };
  return warning(
    {
      en: `Phones of ${whose.en}${many.en} stay silent: ${without.en}.`,
      zh: `会保持沉默的手机：${whose.zh}${many.zh}；${without.zh}。`,
    },
    {
      en: `Apply for: ${applyFor.en}. Then set ${lacks.join(' and ')} in ${place}; docs/push.md has the values.`,
      zh: `请申请：${applyFor.zh}。然后在 ${place} 中设置 ${lacks.join(' 和 ')}；可用的值见 docs/push.md。`,
    },
  );
}

/** As far as apps have said who made the phone; without a database nobody knows. */
async function phonesLately(
  database: DoctorContext['database'],
  providers: readonly string[],
): Promise<ReadonlyMap<MakerName, number>> {
  const counts = new Map<MakerName, number>();
  try {
    const { pool } = await database();
    await requireMigrations(pool);
    for (const [brand, count] of await countBrands(pool, providers)) {
      const maker = makerOfBrand(brand);
      if (maker !== undefined) counts.set(maker, (counts.get(maker) ?? 0) + count);
    }
  } catch (error) {
    if (!(error instanceof NotReachable || error instanceof NotMigrated)) throw error;
  }
  return counts;
}
