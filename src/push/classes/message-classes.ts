import { z } from 'zod';
import { SHIPMENT_STATUSES, type ShipmentStatus } from '../../shipment/status';
import { makerOf, type MakerName, type MAKERS } from './makers';
import { strictFields } from './strict-fields';

/**
 * The setting MESSAGE_CLASSES: what the shop may say to each maker of phones about its messages. By maker, and within
 * one by status where it tells them apart; `apps` has what is otherwise for an app, maker by maker.
 */

type FieldsOf<Name extends MakerName> = {
  [Field in keyof (typeof MAKERS)[Name]['fields']]: (typeof MAKERS)[Name]['fields'][Field] extends {
    readonly takes: infer Takes extends z.ZodType;
  }
    ? z.ZodOptional<Takes>
    : never;
};
/** What one message says to one maker. */
export type MakerClass<Name extends MakerName> = z.output<z.ZodObject<FieldsOf<Name>>>;

function classOf<Name extends MakerName>(name: Name) {
  const takes = Object.entries(makerOf(name).fields).map(([field, one]) => [field, one.takes.optional()]);
  const fields = Object.fromEntries(takes) as FieldsOf<Name>;
  const otherwise = strictFields(fields);
  const statuses = strictFields(
    Object.fromEntries(SHIPMENT_STATUSES.map((status) => [status, otherwise.optional()])) as Record<
      ShipmentStatus,
      z.ZodOptional<typeof otherwise>
    >,
  );
  return strictFields({ ...fields, statuses: statuses.optional() })
    .superRefine((given, context) => {
      const { statuses: perStatus = {}, ...base } = given as Readonly<Record<string, unknown>>;
      const all = [
        [undefined, base] as const,
        ...Object.entries(perStatus as Readonly<Record<string, object | undefined>>).map(
          ([status, changes]) => [status, { ...base, ...changes }] as const,
        ),
      ];
      for (const [status, whole] of all)
        for (const [field, needed] of HALVES[name] ?? []) {
          const values = whole as Readonly<Record<string, unknown>>;
          if (values[field] === undefined || values[needed] != null) continue;
          const path = status === undefined ? [field] : ['statuses', status, field];
          context.addIssue({ code: 'custom', path, message: `needs ${needed} beside it` });
        }
    })
    .optional();
}

/** Of what each maker refuses half: the first needs the second. */
const HALVES: Readonly<Partial<Record<MakerName, readonly (readonly [string, string])[]>>> = {
  xiaomi: [
    ['template', 'channel'],
    ['parameters', 'template'],
  ],
  oppo: [
    ['notifyLevel', 'category'],
    ['template', 'category'],
    ['titleParameters', 'template'],
    ['contentParameters', 'template'],
  ],
  vivo: [['classification', 'category']],
};

const makers = {
  huawei: classOf('huawei'),
  harmony: classOf('harmony'),
  honor: classOf('honor'),
  xiaomi: classOf('xiaomi'),
  oppo: classOf('oppo'),
  vivo: classOf('vivo'),
  meizu: classOf('meizu'),
  fcm: classOf('fcm'),
  apns: classOf('apns'),
};

const APP = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be the appid of an app');

export const messageClasses = strictFields({
  ...makers,
  apps: z.record(APP, strictFields(makers)).optional(),
});

export type MessageClasses = z.output<typeof messageClasses>;

/** What one message says to every maker. */
export type ChosenClasses = { readonly [Name in MakerName]: MakerClass<Name> };

/** What the shop has set for this app and this status. An app's own word for a maker takes the place of the general one. */
export function chooseClasses(
  classes: MessageClasses | undefined,
  { appid, status }: { readonly appid: string; readonly status: ShipmentStatus | null },
): ChosenClasses {
  const { apps = {}, ...general } = classes ?? {};
  const own = Object.hasOwn(apps, appid) ? apps[appid] : undefined;
  const chosen = Object.keys(makers).map((name) => {
    const { statuses, ...base } = own?.[name as MakerName] ?? general[name as MakerName] ?? {};
    return [name, { ...base, ...(status === null ? undefined : statuses?.[status]) }];
  });
  return Object.fromEntries(chosen) as ChosenClasses;
}
