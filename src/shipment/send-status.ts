import type { Audience } from './update';

export const SEND_STATUSES = ['sending', 'success', 'partial', 'no-targets', 'failed', 'superseded'] as const;
/**
 * How far a notification got, in the words of the seed's `send_status` column. `sending` is a word that the
 * old consumer does not pick up; `success` says that a provider accepted it, not that a phone showed it.
 */
export type SendStatus = (typeof SEND_STATUSES)[number];

export const ATTENTIONS = ['order-not-found', 'no-targets', 'push-failed'] as const;
/** What an operator can search for: why a delivery waits. */
export type Attention = (typeof ATTENTIONS)[number];

/** What is known about one notification when a round of pushes has ended. */
export interface AudienceFacts {
  readonly audience: Audience;
  /** Devices by the end of their push. */
  readonly accepted: number;
  readonly failed: number;
  /** Whether the owner ever registered a device, active or not. */
  readonly everHadDevice: boolean;
  /** False once a newer status of the waybill is committed. */
  readonly current: boolean;
}

export interface AudienceVerdict {
  readonly sendStatus: SendStatus;
  /** What would help, and which limit says for how long that is waited for. */
  readonly need: { readonly attention: Attention; readonly limit: 'retry' | 'device' | 'firstDevice' } | null;
}

/** Judges one notification. */
export function judgeAudience(facts: AudienceFacts): AudienceVerdict {
  if (facts.failed > 0) {
    const sendStatus = facts.accepted > 0 ? 'partial' : facts.current ? 'failed' : 'superseded';
    return { sendStatus, need: facts.current ? { attention: 'push-failed', limit: 'retry' } : null };
  }
  if (facts.accepted > 0) return { sendStatus: 'success', need: null };
  if (!facts.current) return { sendStatus: 'superseded', need: null };
  const limit = facts.everHadDevice ? 'device' : 'firstDevice';
  return { sendStatus: 'no-targets', need: { attention: 'no-targets', limit } };
}

/** One word for the whole delivery. */
export function overallStatus(statuses: readonly SendStatus[]): SendStatus {
  const [first, ...rest] = statuses;
  if (first === undefined) return 'no-targets';
  if (rest.every((status) => status === first)) return first;
  if (statuses.some((status) => status === 'success' || status === 'partial')) return 'partial';
  return statuses.includes('failed') ? 'failed' : 'no-targets';
}
