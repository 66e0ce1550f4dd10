import type { Robot } from '../../config/alarms';
import type { HttpAnswer } from '../../push/send-request';
import { inMarkdown } from '../../shipment/shown-text';
import type { AlarmMessage, Spelling } from '../message';

export interface RobotRequest {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a robot said to a message. Many say it with status 200. */
export type RobotAnswer =
  | { readonly taken: true }
  | {
      readonly taken: false;
      /** Its code and its words. */
      readonly words: string;
      /** It wants to be left alone for so long; milliseconds. */
      readonly pauseMs?: number;
    };

/** How one kind of robot is told something, and how its answer is read. */
export interface RobotForm {
  request(robot: Robot, message: AlarmMessage, now: Date): RobotRequest;
  read(answer: HttpAnswer): RobotAnswer;
}

const quoted = (text: string): string => `> ${inMarkdown(text)}`;

/** Markdown of Chinese chats: bold, quotes and code of one line, and no escapes. */
export const MARKDOWN: Spelling = {
  sentence: (text) => text,
  detail: quoted,
  command: (text) => `\`${text}\``,
  footer: quoted,
};

const TAKEN: RobotAnswer = { taken: true };
/** How long a robot is left alone that has too much of us: DingTalk blocks for as long. */
const PAUSE_MS = 10 * 60_000;

/** How the JSON of a robot calls what it says. */
interface CodedForm {
  /** The first of these fields that is there holds its code: 0 for taken. */
  readonly codes: readonly string[];
  readonly words: string;
  /** Codes that say that it has too much of us. */
  readonly tooMuch: readonly number[];
}

/** Reads an answer that is JSON with a code. */
export function readCode({ status, body }: HttpAnswer, { codes, words, tooMuch }: CodedForm): RobotAnswer {
  const fields = readObject(body);
  const said = codes.map((code) => fields?.[code]).find((value) => value !== undefined);
  if (typeof said !== 'number')
    return { taken: false, words: `HTTP ${status}, and no answer of a robot`, ...pauseOf(status) };
  if (said === 0) return TAKEN;
  const sentence = fields?.[words];
  return {
    taken: false,
    words: `${said} ${typeof sentence === 'string' ? sentence : ''}`.trim(),
    ...(tooMuch.includes(said) ? { pauseMs: PAUSE_MS } : pauseOf(status)),
  };
}

/** Reads an answer of which only the status counts. */
export function readStatus({ status, retryAfter, body }: HttpAnswer): RobotAnswer {
  if (status >= 200 && status < 300) return TAKEN;
  const said = body.slice(0, 100).trim();
  return {
    taken: false,
    words: `HTTP ${status}${said === '' ? '' : ` ${said}`}`,
    ...pauseOf(status, retryAfter),
  };
}

const TOO_MANY_REQUESTS = 429;

function pauseOf(status: number, retryAfter: string | null = null): { pauseMs?: number } {
  if (status !== TOO_MANY_REQUESTS) return {};
  const seconds = Number(retryAfter);
  return { pauseMs: seconds > 0 ? Math.min(seconds * 1_000, PAUSE_MS) : PAUSE_MS };
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
