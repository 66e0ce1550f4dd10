/** Proofs that are remembered at once; the tolerance of a signed time ends each of them. */
const MAX_PROOFS = 10_000;

/**
 * Remembers proofs that do not cover the body, so that a captured one cannot sign another body. The same proof
 * with the same body is a sender that tries again.
 */
export interface ReplayMemory {
  /** Whether this proof came with another body before. */
  isReplay(proof: string, body: string, now: number): boolean;
}

/** @param forgetAfterMs at least as long as a signed time is tolerated, both ways */
export function createReplayMemory(forgetAfterMs: number): ReplayMemory {
  const seen = new Map<string, { readonly body: string; readonly at: number }>();
  return {
    isReplay(proof, body, now) {
      for (const [old, { at }] of seen) {
        if (now - at <= forgetAfterMs && seen.size < MAX_PROOFS) break;
        seen.delete(old);
      }
      const first = seen.get(proof);
      if (first === undefined) seen.set(proof, { body, at: now });
      return first !== undefined && first.body !== body;
    },
  };
}
