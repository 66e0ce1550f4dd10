import type { Explanation } from '../shipment/explanation';

/** What a command says to a script; docs/operating.md has the same table. */
export const EXIT = { ok: 0, trouble: 1, usage: 2, unreachable: 3, notFound: 4 } as const;

export const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, Explanation>> = {
  ok: { en: 'done, and nothing is wrong', zh: '已完成，一切正常' },
  trouble: { en: 'found trouble, or could not do it', zh: '发现问题，或未能完成' },
  usage: { en: 'the command or the settings are wrong', zh: '命令或设置有误' },
  unreachable: {
    en: 'Waybell, or what it stands on, does not answer',
    zh: 'Waybell 或其依赖没有应答',
  },
  notFound: { en: 'what is named does not exist', zh: '所指的对象不存在' },
};

/** Thrown when a command is used wrongly, with a sentence in the language of who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Thrown when what a command names does not exist, with a sentence. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}
