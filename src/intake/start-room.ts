/** How many starts may be under way at the same time, so that no sender takes the room of another. */
export interface StartRoom {
  /** @returns whether there was room for so many of this line */
  take(line: string, count: number): boolean;
  giveBack(line: string, count: number): void;
}

/**
 * @param most starts of all lines together
 * @param ofOne starts of one line
 */
export function createStartRoom(most: number, ofOne: number): StartRoom {
  const taken = new Map<string, number>();
  let all = 0;

  function add(line: string, count: number): void {
    const now = (taken.get(line) ?? 0) + count;
    all += count;
    // Lines come and go with the channels.
    if (now === 0) taken.delete(line);
    else taken.set(line, now);
  }

  return {
    take(line, count) {
      if (all + count > most || (taken.get(line) ?? 0) + count > ofOne) return false;
      add(line, count);
      return true;
    },
    giveBack: (line, count) => add(line, -count),
  };
}
