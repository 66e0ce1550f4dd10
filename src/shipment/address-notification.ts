import { personOf } from './message-id';

/** A notification of one audience that is there already. */
export interface WrittenNotification {
  readonly messageId: string;
  /** Whether it is the person's whom the order names now. */
  readonly isTheirs: boolean;
  /** Whether a provider has accepted a push of it, or may be about to. */
  readonly isTold: boolean;
}

/** Where the message for one audience goes. */
export type Address =
  | { readonly kind: 'theirs' | 'follows'; readonly messageId: string }
  /** A message of its own, for the how-manyeth person. */
  | { readonly kind: 'new'; readonly person: number }
  /** The order names nobody any more. */
  | { readonly kind: 'unnamed' }
  /** It was there, and the shop has deleted it: it is not written again behind its back. */
  | { readonly kind: 'deleted' };

/**
 * Decides where the message goes that an audience is to get. It follows the order as long as nobody was told; after
 * that another person gets a message of their own, and who was told keeps theirs.
 * @param before the message that this delivery had for the audience; `null` when it had none
 */
export function addressNotification(
  written: readonly WrittenNotification[],
  isNamed: boolean,
  before: string | null,
): Address {
  if (before !== null && !written.some(({ messageId }) => messageId === before)) return { kind: 'deleted' };
  if (!isNamed) return { kind: 'unnamed' };
  const theirs = written.find(({ isTheirs }) => isTheirs);
  if (theirs) return { kind: 'theirs', messageId: theirs.messageId };
  const untold = written.find(({ isTold }) => !isTold);
  if (untold) return { kind: 'follows', messageId: untold.messageId };
  const last = written.reduce((most, { messageId }) => Math.max(most, personOf(messageId)), 0);
  return { kind: 'new', person: last + 1 };
}
