import { z } from 'zod';
import type { Explanation } from '../shipment/explanation';
import { list } from './setting-fields';

export const trialFields = {
  PUSH_ONLY_TO: list.optional(),
  SHADOW: z.literal('1', 'must be 1').optional(),
};

/** What keeps a Waybell that is tried from telling people. */
export interface Trial {
  /** Owners (ids of users and merchants) and phones (cids) that are pushed to, and nobody else; `null`: everybody is. */
  readonly pushOnlyTo: readonly string[] | null;
  /** Decides about everything beside the old system, tells nobody, and writes nothing that is the shop's. */
  readonly shadow: boolean;
}

export function trialOf(env: z.output<z.ZodObject<typeof trialFields>>): Trial {
  return { pushOnlyTo: env.PUSH_ONLY_TO ?? null, shadow: env.SHADOW !== undefined };
}

/** What keeps people from being told, and the line that ends it. */
export function untoldByTrial({
  pushOnlyTo,
  shadow,
}: Trial): { readonly what: Explanation; readonly fix: Explanation }[] {
  return [
    ...(shadow
      ? [
          {
            what: {
              en: 'SHADOW is set: Waybell decides, and tells nobody.',
              zh: '设置了 SHADOW：Waybell 只做决定，不通知任何人。',
            },
            fix: {
              en: 'Remove SHADOW once the other system tells nobody any more.',
              zh: '等另一个系统不再通知任何人之后，请删除 SHADOW。',
            },
          },
        ]
      : []),
    ...(pushOnlyTo === null
      ? []
      : [
          {
            what: {
              en: `PUSH_ONLY_TO is set: of all people only ${pushOnlyTo.length} owners or phones are pushed to.`,
              zh: `设置了 PUSH_ONLY_TO：只向其中的 ${pushOnlyTo.length} 个所有者或手机推送。`,
            },
            fix: {
              en: 'Remove PUSH_ONLY_TO where everybody is to be told.',
              zh: '要通知所有人时，请删除 PUSH_ONLY_TO。',
            },
          },
        ]),
  ];
}
