import { z } from 'zod';
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
}: Trial): { readonly what: string; readonly fix: string }[] {
  return [
    ...(shadow
      ? [
          {
            what: 'SHADOW is set: Waybell decides, and tells nobody.',
            fix: 'Remove SHADOW once the other system tells nobody any more.',
          },
        ]
      : []),
    ...(pushOnlyTo === null
      ? []
      : [
          {
            what: `PUSH_ONLY_TO is set: of all people only ${pushOnlyTo.length} owners or phones are pushed to.`,
            fix: 'Remove PUSH_ONLY_TO where everybody is to be told.',
          },
        ]),
  ];
}
