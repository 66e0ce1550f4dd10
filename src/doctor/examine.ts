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
import type { Explanation } from '../shipment/explanation';
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
    problem(
      { en: `No result within ${deadlineMs / 1000} s.`, zh: `${deadlineMs / 1000} 秒内没有结果。` },
      { en: 'See whether what it looks at answers at all.', zh: '请查看它所检查的对象究竟有没有应答。' },
    ),
  ]);
  // Aborted once the check has ended.
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([check.run(context), tooLate]);
  } catch (error) {
    if (error instanceof NotReachable) {
      return [
        warning(
          { en: `Not looked at: ${error.part} does not answer.`, zh: `没有检查：${error.part} 没有应答。` },
          { en: `Bring ${error.part} back first.`, zh: `请先恢复 ${error.part}。` },
        ),
      ];
    }
    if (error instanceof NotMigrated) {
      return [
        warning(
          { en: 'Not looked at: the database lacks migrations.', zh: '没有检查：数据库缺少迁移。' },
          { en: 'Apply them first: "waybell migrate".', zh: '请先执行迁移：waybell migrate。' },
        ),
      ];
    }
    return [
      problem(
        { en: `The look failed: ${wordsOf(error)}`, zh: `检查失败：${wordsOf(error)}` },
        { en: 'Read the words; run the doctor again.', zh: '请看错误原文，然后再次运行 doctor。' },
      ),
    ];
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
  readonly message: Explanation;
}

/** Heals what can be healed without a decision, one after the other. */
export async function repairAll(findings: readonly Pick<Finding, 'check' | 'repair'>[]): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  for (const { check, repair } of findings) {
    if (!repair) continue;
    try {
      repaired.push({ check, done: true, message: await repair() });
    } catch (error) {
      repaired.push({ check, done: false, message: notRepaired(wordsOf(error)) });
    }
  }
  return repaired;
}

const notRepaired = (words: string): Explanation => ({
  en: `Could not be fixed: ${words}`,
  zh: `无法修复：${words}`,
});

export interface Report {
  readonly findings: readonly Finding[];
  /** Empty without `--fix`. */
  readonly repaired: readonly Repaired[];
}

export function isHealthy({ findings }: Report): boolean {
  return findings.every(({ level }) => level !== 'problem');
}

/** For programs, in English whoever asks: they look for its words. */
export function reportAsJson(report: Report): string {
  const findings = report.findings.map(({ repair, ...finding }) => ({
    ...asPublished(finding),
    fixable: repair !== undefined,
  }));
  const repaired = report.repaired.map(asPublished);
  return asJson({ healthy: isHealthy(report), findings, repaired });
}

type Published<T> = Omit<T, 'message' | 'fix'> & { readonly message: string; readonly fix?: string };

/** What was seen or done, in the words of the JSON. */
export function asPublished<T extends { readonly message: Explanation; readonly fix?: Explanation }>(
  said: T,
): Published<T> {
  return { ...said, message: said.message.en, ...(said.fix && { fix: said.fix.en }) };
}
