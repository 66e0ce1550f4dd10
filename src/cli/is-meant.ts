import type { Explanation } from '../shipment/explanation';
import { UsageError } from './exit-codes';
import { say } from './language';
import { readLine } from './read-line';

const MAX_ANSWER = 10;

/**
 * Asks a person for a `yes` before what cannot be taken back, or takes long.
 * @param unasked what is said where nobody sits at a terminal
 * @throws {UsageError} there: a script says --yes
 */
export async function isMeant(question: Explanation, unasked: Explanation): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(say(unasked));
  const answer = await readLine(process.stdin, say(question), MAX_ANSWER);
  return answer.trim().toLowerCase() === 'yes';
}
