import type { Finding, Level } from '../doctor/check';
import { isHealthy, type Report } from '../doctor/examine';
import type { Explanation } from '../shipment/explanation';
import { padded, toned, type Line, type Tone } from '../terminal';
import { say } from './language';

/** What `waybell doctor` says around what its checks have seen. */

/** What stands before what was seen. */
export const MARKS: Readonly<Record<Level, Explanation>> = {
  ok: { en: 'ok', zh: '正常' },
  warning: { en: 'warning', zh: '警告' },
  problem: { en: 'PROBLEM', zh: '问题' },
};
const FIXED: Explanation = { en: 'fixed', zh: '已修复' };
const REFUSED: Explanation = { en: 'REFUSED', zh: '被拒绝' };
const MARK_WIDTH = 7;

const TONES: Readonly<Record<Level, Tone>> = { ok: 'good', warning: 'waits', problem: 'bad' };

/** A line per finding, and below it what to do. */
export function reportInWords(report: Report): Line[] {
  const { findings, repaired } = report;
  const width = Math.max(...findings.map(({ check }) => check.length));
  const line = (mark: Explanation, check: string, message: string): string =>
    `${padded(say(mark), MARK_WIDTH)}  ${check.padEnd(width)}  ${message}`;
  const indent = ' '.repeat(MARK_WIDTH + width + 4);
  // What several findings ask for is said once.
  const told = new Set<string>();
  const seen = findings.flatMap(({ check, level, message, fix }): Line[] => {
    const isNew = fix !== undefined && !told.has(say(fix));
    if (isNew) told.add(say(fix));
    const shown = toned(TONES[level], line(MARKS[level], check, say(message)));
    return [level === 'ok' ? shown.text : shown, ...(isNew ? [`${indent}-> ${say(fix)}`] : [])];
  });
  return [
    ...repaired.map(({ check, done, message }) =>
      toned(done ? 'good' : 'bad', line(done ? FIXED : REFUSED, check, say(message))),
    ),
    ...seen,
    '',
    toned(isHealthy(report) ? 'good' : 'bad', say(summaryOf(report))),
  ];
}

function summaryOf(report: Report): Explanation {
  const { findings } = report;
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const fixable = findings.filter(({ repair }: Finding) => repair).length;
  const healthy = isHealthy(report);
  return {
    en: `${healthy ? 'Healthy' : 'Not healthy'}: ${problems} problem(s), ${warnings} warning(s).${fixable > 0 ? ` "waybell doctor --fix" takes care of ${fixable}.` : ''}`,
    zh: `${healthy ? '健康' : '不健康'}：${problems} 个问题，${warnings} 个警告。${fixable > 0 ? `waybell doctor --fix 可处理其中 ${fixable} 个。` : ''}`,
  };
}
