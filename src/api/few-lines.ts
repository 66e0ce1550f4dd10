import type { Logger } from 'pino';

/** Lines that are alike and written in a minute; what they have in common is seen by then. */
const MOST = 10;
const MINUTE_MS = 60_000;
/** Kinds of lines that are told apart in a minute: anybody can make more. */
const MOST_KINDS = 1_000;
const OTHERS = 'others';

/** Lines of the log that strangers cause: they must not wash out the others. */
export interface FewLines {
  /**
   * Warns, or counts when enough lines were alike: then one line says how many more there were.
   * @param alike what lines have in common that are alike; logged with each
   */
  warn(alike: Fields<string>, fields: Fields<unknown>, words: string): void;
}

type Fields<T> = Readonly<Record<string, T>>;

interface Kind {
  readonly alike: Fields<string>;
  readonly words: string;
  lines: number;
}

export function fewLines(log: Logger, minuteMs = MINUTE_MS): FewLines {
  let kinds = new Map<string, Kind>();

  function endMinute(): void {
    const ended = kinds;
    kinds = new Map();
    for (const { alike, words, lines } of ended.values()) {
      const more = lines - MOST;
      if (more > 0) log.warn({ ...alike, more }, `${more} more in a minute: ${words}`);
    }
  }

  function kindOf(alike: Fields<string>, words: string): Kind {
    const key = Object.values(alike).join(' ');
    const isNew = !kinds.has(key);
    if (isNew && kinds.size >= MOST_KINDS)
      return among(OTHERS, { alike: {}, words: 'of other kinds', lines: 0 });
    return among(key, { alike, words, lines: 0 });
  }

  function among(key: string, ifNew: Kind): Kind {
    const kind = kinds.get(key) ?? ifNew;
    kinds.set(key, kind);
    return kind;
  }

  return {
    warn(alike, fields, words) {
      // A process that ends does not wait for it.
      if (kinds.size === 0) setTimeout(endMinute, minuteMs).unref();
      const kind = kindOf(alike, words);
      kind.lines += 1;
      if (kind.lines <= MOST) log.warn({ ...alike, ...fields }, words);
    },
  };
}
