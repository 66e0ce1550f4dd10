import { createBacklog, type Backlog } from './backlog';

/** Who waits, line by line: each line goes in its own order, and the lines take turns. */
export interface Turns {
  add(id: string, line: string): void;
  delete(id: string): void;
  /** Up to `limit` ids of those that may go: the first of each line, then the second of each, and so on. */
  next(limit: number, mayGo: (id: string) => boolean): string[];
}

/** Ids that are looked at together, for one that may go. */
const PAGE = 16;

export function createTurns(): Turns {
  const lineOf = new Map<string, string>();
  /** In the order of their turns: who was served goes to the end. */
  const lines = new Map<string, Backlog>();

  return {
    add(id, line) {
      lineOf.set(id, line);
      const backlog = lines.get(line) ?? createBacklog();
      backlog.add(id);
      lines.set(line, backlog);
    },
    delete(id) {
      const line = lineOf.get(id);
      lineOf.delete(id);
      if (line === undefined) return;
      const backlog = lines.get(line);
      backlog?.delete(id);
      if (backlog?.size === 0) lines.delete(line);
    },
    next(limit, mayGo) {
      const chosen: string[] = [];
      let queue = [...lines].map(([line, backlog]) => ({ line, backlog, ids: those(backlog, mayGo) }));
      while (queue.length > 0) {
        const left: typeof queue = [];
        for (const one of queue) {
          if (chosen.length === limit) return chosen;
          const { value: id } = one.ids.next();
          if (id === undefined) continue;
          chosen.push(id);
          left.push(one);
          lines.delete(one.line);
          lines.set(one.line, one.backlog);
        }
        queue = left;
      }
      return chosen;
    },
  };
}

function* those(backlog: Backlog, mayGo: (id: string) => boolean): Generator<string, undefined> {
  for (let page = backlog.page(PAGE); page.length > 0; page = backlog.page(PAGE, page.at(-1))) {
    for (const id of page) if (mayGo(id)) yield id;
  }
}
