/** The words for statuses that a sender publishes, or that two who receive from it agree upon. */
export interface PublishedWords {
  /** Where the list comes from: addresses, or the public code of integrators. */
  readonly origin: readonly string[];
  /** Each word with its meaning, in the words of the list. */
  readonly words: Readonly<Record<string, string>>;
  /** Finer words that say nothing by themselves: the coarser word beside them decides. */
  readonly besideStatus?: readonly string[];
}
