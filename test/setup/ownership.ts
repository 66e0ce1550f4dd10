interface Span {
  readonly owner: string | null;
  readonly from: number;
  until: number;
}

/**
 * Whose something was, and when: each owner from before the change was written until the next one certainly stood, so
 * that whoever looked in between may have seen either. Times are `Date.now()`; PostgreSQL has the same clock.
 */
export class Ownership {
  readonly #spans: Span[];

  constructor(owner: string | null) {
    this.#spans = [{ owner, from: 0, until: Infinity }];
  }

  async change(owner: string | null, write: () => Promise<unknown>): Promise<void> {
    const from = Date.now();
    await write();
    const former = this.#spans.at(-1);
    if (former) former.until = Date.now() + 1;
    this.#spans.push({ owner, from, until: Infinity });
  }

  /** Who may have been seen as its owner between two moments. */
  during(from: number, until: number): (string | null)[] {
    return this.#spans.filter((span) => span.from <= until && span.until >= from).map(({ owner }) => owner);
  }
}
