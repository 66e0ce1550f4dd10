import { inspect } from 'node:util';
import { RefusedError, UnreachableError } from '../api/ask';
import { SettingsError } from '../config/config';
import type { HttpErrorCode } from '../errors';
import { ChannelUnknownError } from '../intake/channels/change';
import { REFUSED_IN_CHINESE } from '../refused-in-chinese';
import { EXIT, NotFoundError, UsageError } from './exit-codes';
import { SpokenError, WrongInputError } from '../spoken';
import { say } from './language';
import { settingInChinese } from './rules-in-chinese';

export interface Failure {
  readonly words: string;
  readonly exitCode: number;
}

/** What is said of what a command has thrown, and the exit code that goes with it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RefusedError) return { words: refusal(error), exitCode: exitCodeOfRefusal(error) };
  if (error instanceof UnreachableError) return { words: say(error.words), exitCode: EXIT.unreachable };
  if (error instanceof ChannelUnknownError) return { words: say(error.words), exitCode: EXIT.notFound };
  if (error instanceof WrongInputError) return { words: say(error.words), exitCode: EXIT.usage };
  if (error instanceof SpokenError) return { words: say(error.words), exitCode: EXIT.trouble };
  if (error instanceof SettingsError) return { words: wrongSettings(error), exitCode: EXIT.usage };
  if (error instanceof UsageError) return { words: error.message, exitCode: EXIT.usage };
  if (error instanceof NotFoundError) return { words: error.message, exitCode: EXIT.notFound };
  if (isAway(error)) return { words: away(error), exitCode: EXIT.unreachable };
  // What we threw ourselves is a sentence for the reader; anything else is a defect, and its stack helps.
  const isSentence = error instanceof Error && error.constructor === Error;
  return { words: isSentence ? error.message : inspect(error), exitCode: EXIT.trouble };
}

function wrongSettings({ message, problems, idle }: SettingsError): string {
  const lines = [...problems, ...idle].map((line) => `  - ${settingInChinese(line)}`);
  return say({ en: message, zh: ['这些设置使 Waybell 无法启动：', ...lines].join('\n') });
}

function refusal({ message, status, problem, hint }: RefusedError): string {
  // An older API, which says nothing in Chinese, may answer.
  const zh = problem.explanation?.zh ?? REFUSED_IN_CHINESE[problem.code];
  return say({
    en: message,
    zh: `Waybell 拒绝（${status}）：${zh}${hint?.zh ?? ''}。原话：${problem.message}`,
  });
}

const BAD_REQUESTS: readonly number[] = [400, 401, 403, 405, 413, 415, 422];
const NOT_FOUND = 404;
const UNAVAILABLE = 503;

function exitCodeOfRefusal({ status, problem }: RefusedError): number {
  // A Waybell of another version: nothing was looked for.
  if (problem.code === ('route-unknown' satisfies HttpErrorCode)) return EXIT.trouble;
  if (status === NOT_FOUND) return EXIT.notFound;
  if (status === UNAVAILABLE) return EXIT.unreachable;
  return BAD_REQUESTS.includes(status) ? EXIT.usage : EXIT.trouble;
}

/** What Node and the driver of PostgreSQL say of a server that is not there. */
const AWAY: readonly unknown[] = ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH'];

function isAway(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && AWAY.includes(error.code);
}

function away(error: Error): string {
  // Of several addresses that were tried, the error itself says nothing.
  const words = error.message || String((error as AggregateError).errors?.[0] ?? error.name);
  return say({
    en: `A part does not answer: ${words}. Which one, and why: npx waybell doctor`,
    zh: `有一个部分没有应答：${words}。是哪一个及原因：npx waybell doctor`,
  });
}
