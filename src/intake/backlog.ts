/** Ids of what is still to do, which sort by time of receipt and come nearly in that order. */
export interface Backlog {
  readonly size: number;
  /** An id that was deleted does not come again. */
  add(id: string): void;
  delete(id: string): void;
  has(id: string): boolean;
  /** Some of them in their order, beginning after `afterId`, which need not be one of them. */
  page(limit: number, afterId?: string): string[];
}

/** So many ids that are done may lie between those that are not, before the list is cleared of them. */
const DONE_KEPT = 1_000;

export function createBacklog(): Backlog {
  const open = new Set<string>();
  /** Sorted; holds ids that are done until it is cleared. */
  let order: string[] = [];
  /** All before this place are done. */
  let head = 0;

  /** How many of the list sort before `id` or are it. */
  function placeAfter(id: string): number {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((order[middle] ?? '') <= id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function page(limit: number, afterId = ''): string[] {
    const ids: string[] = [];
    for (
      let place = Math.max(head, placeAfter(afterId));
      place < order.length && ids.length < limit;
      place += 1
    ) {
      const id = order[place] ?? '';
      if (open.has(id)) ids.push(id);
    }
    return ids;
  }

  return {
    get size() {
      return open.size;
    },
    add(id) {
      open.add(id);
      const place = placeAfter(id);
      order.splice(place, 0, id);
      head = Math.min(head, place);
    },
    delete(id) {
      open.delete(id);
      while (head < order.length && !open.has(order[head] ?? '')) head += 1;
      if (order.length <= 2 * open.size + DONE_KEPT) return;
      order = order.filter((one) => open.has(one));
      head = 0;
    },
    has: (id) => open.has(id),
    page,
  };
}
