/** Memory for the bodies of requests that are under way, all of them together. */
export interface BodyRoom {
  /** @param giveUp told when the place is taken away, because others need it */
  enter(giveUp: () => void): BodyPlace;
}

/** What the body of one request holds. */
export interface BodyPlace {
  /** May take the place away, this one's too. */
  grow(bytes: number): void;
  /** The body is whole: its place is not taken away any more. */
  keep(): void;
  leave(): void;
}

/**
 * When it is full, the body that has been on its way the longest gives way: a sender's takes milliseconds, and one
 * that is held back to fill the room is always older.
 */
export function openBodyRoom(maxBytes: number): BodyRoom {
  let used = 0;
  /** Oldest first. */
  const arriving = new Map<BodyPlace, () => void>();

  return {
    enter(giveUp) {
      let held = 0;
      const place: BodyPlace = {
        grow(bytes) {
          held += bytes;
          used += bytes;
          while (used > maxBytes) {
            const [oldest] = arriving;
            if (oldest === undefined) return;
            const [one, giveUpOne] = oldest;
            one.leave();
            giveUpOne();
          }
        },
        keep: () => void arriving.delete(place),
        leave() {
          arriving.delete(place);
          used -= held;
          held = 0;
        },
      };
      arriving.set(place, giveUp);
      return place;
    },
  };
}
