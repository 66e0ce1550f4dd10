import { DateTime } from 'luxon';
import type { Cause } from '../database/alarms';
import type { Explanation } from '../shipment/explanation';
import { withoutInvisible } from '../shipment/shown-text';
import { CAUSES } from './causes';

type Language = keyof Explanation;

/** In whose words, and from where. */
export interface Manner {
  readonly language: Language;
  /** An IANA zone. */
  readonly zone: string;
  /** Which machine says it: a chat may belong to several. */
  readonly place: string;
}

/** One beginning or end, as people read it. */
export interface AlarmLine {
  readonly name: string;
  readonly subject: string;
  readonly state: 'begin' | 'end';
  readonly since: Date;
  readonly until: Date | null;
  readonly sentence: string;
  /** What there is to say besides; `''` for what is over. */
  readonly detail: string;
  /** `''` for what is over. */
  readonly command: string;
}

export interface AlarmMessage {
  readonly title: string;
  readonly lines: readonly AlarmLine[];
  readonly words: MessageWords;
  readonly footer: string;
}

interface MessageWords {
  readonly next: string;
  /** In place of lines that do not fit. */
  readonly more: (count: number) => string;
}

/** A chat is no log: who wants to know more asks the command. Characters. */
const LONGEST_DETAIL = 300;

const WORDS: Readonly<Record<Language, MessageWords>> = {
  en: { next: 'Next:', more: (count) => `… and ${count} more: npx waybell doctor` },
  zh: { next: '下一步：', more: (count) => `……另有 ${count} 项：npx waybell doctor` },
};

/** What a robot is told in one message. A beginning goes before an end. */
export function composeMessage(causes: readonly Cause[], { language, zone, place }: Manner): AlarmMessage {
  const lines = causes.map((cause) => lineOf(cause, language, zone));
  const begun = lines.filter(({ state }) => state === 'begin');
  const over = lines.filter(({ state }) => state === 'end');
  const isOver = begun.length === 0;
  return {
    title:
      language === 'zh'
        ? `Waybell ${isOver ? '恢复' : '告警'}`
        : `Waybell ${isOver ? 'is well again' : 'alarm'}`,
    lines: [...begun, ...over],
    words: WORDS[language],
    footer: place,
  };
}

/** Says that a robot is reached; about no cause. */
export function testMessage({ language, place }: Omit<Manner, 'zone'>): AlarmMessage {
  const sentence =
    language === 'zh' ? '这是一条测试消息：告警会发送到这里。' : 'This is a test: alarms are told here.';
  const now = new Date();
  return {
    title: language === 'zh' ? 'Waybell 测试' : 'Waybell test',
    lines: [
      {
        ...{ name: 'test', subject: '', state: 'begin', since: now, until: null },
        ...{ sentence, detail: '', command: 'npx waybell doctor' },
      },
    ],
    words: WORDS[language],
    footer: place,
  };
}

function lineOf(cause: Cause, language: Language, zone: string): AlarmLine {
  const { name, subject, detail, beganAt, endedAt } = cause;
  const { sentence, command } = CAUSES[name];
  const words = sentence(subject)[language];
  const since = DateTime.fromJSDate(beganAt, { zone }).toFormat('MM-dd HH:mm');
  const shared = { name, subject, since: beganAt, until: endedAt };
  if (endedAt === null)
    return {
      ...{ ...shared, state: 'begin' },
      sentence: language === 'zh' ? `告警（${since} 起）：${words}` : `ALARM since ${since}: ${words}`,
      ...{ detail: withoutInvisible(detail).slice(0, LONGEST_DETAIL), command: command(subject) },
    };
  const minutes = Math.max(1, Math.round((endedAt.getTime() - beganAt.getTime()) / 60_000));
  return {
    ...{ ...shared, state: 'end' },
    sentence:
      language === 'zh' ? `已恢复（持续 ${minutes} 分钟）：${words}` : `OVER after ${minutes} min: ${words}`,
    ...{ detail: '', command: '' },
  };
}

/** How a chat shows the parts of a message. */
export interface Spelling {
  readonly sentence: (text: string) => string;
  /** What others have said. */
  readonly detail: (text: string) => string;
  readonly command: (text: string) => string;
  readonly footer: (text: string) => string;
}

/** The paragraphs of a message below its title. @param more in place of lines that do not fit; `''`: all do */
export function paragraphsOf(
  { words, footer }: AlarmMessage,
  lines: readonly AlarmLine[],
  more: string,
  spelling: Spelling,
): string[] {
  return [
    ...lines.flatMap(({ sentence, detail, command }) => [
      spelling.sentence(sentence),
      ...(detail === '' ? [] : [spelling.detail(detail)]),
      ...(command === '' ? [] : [`${words.next} ${spelling.command(command)}`]),
    ]),
    ...(more === '' ? [] : [more]),
    spelling.footer(footer),
  ];
}

/**
 * The message as a robot's form shows it, with as many lines as fit, and a word about the others.
 * @param limit bytes of UTF-8
 */
export function fitting(
  message: AlarmMessage,
  limit: number,
  show: (lines: readonly AlarmLine[], more: string) => string,
): string {
  const { lines, words } = message;
  for (let count = lines.length; count > 0; count -= 1) {
    const text = show(lines.slice(0, count), count < lines.length ? words.more(lines.length - count) : '');
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return show([], words.more(lines.length));
}
