import type { Finding, Level } from './finding';
import type { Repaired } from './repair';

export interface Report {
  readonly findings: readonly Finding[];
  /** Empty without `--fix`. */
  readonly repaired: readonly Repaired[];
}

const MARKS: Readonly<Record<Level, string>> = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' };

export function isHealthy({ findings }: Report): boolean {
  return findings.every(({ level }) => level !== 'problem');
}

/** For people: a line per finding, and below it what to do. */
export function describeReport(report: Report): string {
  const { findings, repaired } = report;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(MARKS.ok.length + width + 4);
  // What several findings ask for is said once.
  const told = new Set<string>();
  const lines = findings.flatMap(({ check, level, message, fix }) => {
    const isNew = fix !== undefined && !told.has(fix);
    if (isNew) told.add(fix);
    return [`${MARKS[level]}  ${check.padEnd(width)}  ${message}`, ...(isNew ? [`${indent}-> ${fix}`] : [])];
  });
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const fixable = findings.filter(({ repair }) => repair).length;
  return [
    ...repaired.map(
      ({ check, done, message }) => `${done ? 'fixed  ' : 'REFUSED'}  ${check.padEnd(width)}  ${message}`,
    ),
    ...lines,
    '',
    `${isHealthy(report) ? 'Healthy' : 'Not healthy'}: ${count('problem')} problem(s), ${count('warning')} warning(s).${fixable > 0 ? ` "waybell doctor --fix" takes care of ${fixable}.` : ''}`,
  ].join('\n');
}

/** For programs. */
export function reportAsJson(report: Report): string {
  const findings = report.findings.map(({ repair, ...finding }) => ({
    ...finding,
    fixable: repair !== undefined,
  }));
  return JSON.stringify({ healthy: isHealthy(report), findings, repaired: report.repaired }, null, 2);
}
