import { setTimeout as delay } from 'node:timers/promises';
import {
  NotMigrated,
  NotReachable,
  problem,
  warning,
  type Check,
  type DoctorContext,
  type Finding,
  type Seen,
} from './check';
import { asJson } from '../terminal';

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
    if (error instanceof NotMigrated) {
      return [
        warning('Not looked at: the database lacks migrations.', 'Apply them first: "waybell migrate".'),
      ];
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

/** What `doctor --fix` did about one finding, or why it could not. */
interface Repaired {
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

export interface Report {
  readonly findings: readonly Finding[];
  /** Empty without `--fix`. */
  readonly repaired: readonly Repaired[];
}

export function isHealthy({ findings }: Report): boolean {
  return findings.every(({ level }) => level !== 'problem');
}

/** For programs. */
export function reportAsJson(report: Report): string {
  const findings = report.findings.map(({ repair, ...finding }) => ({
    ...finding,
    fixable: repair !== undefined,
  }));
  return asJson({ healthy: isHealthy(report), findings, repaired: report.repaired });
}
