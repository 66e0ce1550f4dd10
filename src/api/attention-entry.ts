import type { WaitingDelivery } from '../database/attention';
import { type AttentionKind, whyOverdue } from '../shipment/attention';

/** Something that waits, and whether it should. */
export interface Entry {
  readonly kind: AttentionKind;
  readonly workflowId: string | null;
  readonly audience: string;
  readonly messageIds: readonly string[];
  readonly since: Date;
  readonly until: Date | null;
  /** What there is to say besides, such as the words of a provider. */
  readonly words: string;
  /** Why it is overdue; `null` when it is not. */
  readonly alarm: string | null;
}

/** @param runs whether its workflow runs; `null` when nobody looked */
export function ofDelivery(waiting: WaitingDelivery, runs: boolean | null, now: number): Entry {
  const { kind, workflowId, audience, messageIds, since, until, dueSince } = waiting;
  const alarm = whyOverdue(
    {
      kind,
      since: since.getTime(),
      until: until && until.getTime(),
      dueSince: dueSince && dueSince.getTime(),
      runs,
    },
    now,
  );
  return { kind, workflowId, audience, messageIds, since, until, words: '', alarm };
}

export function ofOther(
  kind: AttentionKind,
  since: Date,
  words: string,
  until: Date | null,
  now: number,
): Entry {
  const facts = { kind, since: since.getTime(), until: until && until.getTime(), dueSince: null, runs: null };
  return {
    kind,
    workflowId: null,
    audience: '',
    messageIds: [],
    since,
    until,
    words,
    alarm: whyOverdue(facts, now),
  };
}
