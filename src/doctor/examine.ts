import { setTimeout as delay } from 'node:timers/promises';
import { NotReachable, type Check, type DoctorContext } from './check';
import { problem, warning, type Finding, type Seen } from './finding';

/** A look takes milliseconds; a part into which connections vanish gets this long. */
const CHECK_DEADLINE_MS = 10_000;

/** Runs all checks at once, each under a deadline. They change nothing. */
export async function examine(
  checks: readonly Check[],
  context: DoctorContext,
  deadlineMs = CHECK_DEADLINE_MS,
): Promise<Finding[]> {
  const found = await Promise.all(
    checks.map(async (check) => {
      const seen = await withinDeadline(check, context, deadlineMs);
      return seen.map((one): Finding => ({ check: check.name, ...one }));
    }),
  );
  return found.flat();
}

async function withinDeadline(check: Check, context: DoctorContext, deadlineMs: number): Promise<Seen[]> {
  const ended = new AbortController();
  const tooLate = delay(deadlineMs, undefined, { signal: ended.signal }).then(() => [
    problem(`No result within ${deadlineMs / 1000} s.`, 'See whether what it looks at answers at all.'),
  ]);
  // Aborted once the check has ended.
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([check.run(context), tooLate]);
  } catch (error) {
    if (error instanceof NotReachable) {
      return [warning(`Not looked at: ${error.part} does not answer.`, `Bring ${error.part} back first.`)];
    }
    return [problem(`The look failed: ${wordsOf(error)}`, 'Read the words; run the doctor again.')];
  } finally {
    ended.abort();
  }
}

/** The words of an error, and of what caused it where it has none itself. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  const { errors = [], cause } = error as AggregateError;
  const first: unknown = errors[0] ?? cause;
  return first === undefined ? error.name : wordsOf(first);
}
