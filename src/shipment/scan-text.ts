/**
 * What a scan says in words, which may tell of a person: it stays out of Temporal, and is written beside the scan by
 * whoever read the request.
 */
export interface ScanText {
  /** Of its scan, as it travels. */
  readonly key: string;
  /** Of its scan. A sender may use a key again at another time. */
  readonly time: string;
  /** Masked; empty where only the rest is said. */
  readonly text: string;
  readonly place?: string;
  /** The source's own word for the status, where a digest of it travels in its place. */
  readonly word?: string;
}
