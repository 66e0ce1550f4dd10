import { wordsOf } from './examine';
import type { Finding } from './finding';

/** What `doctor --fix` did about one finding, or why it could not. */
export interface Repaired {
  readonly check: string;
  readonly done: boolean;
  readonly message: string;
}

/** Heals what can be healed without a decision, one after the other. */
export async function repairAll(findings: readonly Finding[]): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  for (const { check, repair } of findings) {
    if (!repair) continue;
    try {
      repaired.push({ check, done: true, message: await repair() });
    } catch (error) {
      repaired.push({ check, done: false, message: `Could not be fixed: ${wordsOf(error)}` });
    }
  }
  return repaired;
}
