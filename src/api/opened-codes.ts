import type { ShownCodes } from '../database/pickup-codes';
import { createCodeSeal } from '../intake/sealed-codes';
import type { ApiDependencies } from './dependencies';
import { fewLines } from './few-lines';

/**
 * Opens pickup codes for their owner, by what they are shown with. What does not open is missed by the log alone: the
 * list is of use all the same.
 */
export function openCodes({
  config,
  log,
}: Pick<ApiDependencies, 'config' | 'log'>): (kept: readonly ShownCodes[]) => ReadonlyMap<string, string[]> {
  const seal = createCodeSeal(config.pickupCodeKeys);
  const lines = fewLines(log);

  return function openAll(kept) {
    const codes = new Map<string, string[]>();
    for (const { shownWith, workflowId, sealed } of kept) {
      const open = seal?.open(sealed, workflowId);
      if (open) codes.set(shownWith, open);
      else lines.warn({}, { workflowId }, 'no key of PICKUP_CODE_KEYS has sealed this pickup code as it is');
    }
    return codes;
  };
}
