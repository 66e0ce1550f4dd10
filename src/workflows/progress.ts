import type { Attention, AudienceOutcome, Decision, PushResult, Recipients } from '../shipment/delivery';
import { END_REASON_WORDS } from '../shipment/end-reason';
import type { Explanation } from '../shipment/explanation';
import type { RetryRequest } from '../shipment/retry-request';
import { retryWords } from '../shipment/retry-words';
import { inMarkdown } from '../shipment/shown-text';
import type { DeliveryResult } from './contract';

/** Where a delivery stands: what the `progress` query answers and the Temporal UI shows as current details. */
export interface Progress {
  readonly carrier: string;
  readonly trackingNo: string;
  /** The step under way, or what is waited for. */
  step: string;
  /** Until when it waits, ISO 8601; `null` while it does something, or has ended. */
  waitsUntil: string | null;
  decision: Decision | null;
  recipients: Recipients | null;
  round: number;
  attention: readonly Attention[];
  audiences: readonly AudienceOutcome[];
  /** Results of this run, the newest of each device. */
  pushes: readonly PushResult[];
  /** The last human retry. */
  retry: RetryRequest | null;
}

/** Why a human retry has nothing to do now; `null` when it has. */
export function whyNoRetry({ attention, step }: Pick<Progress, 'attention' | 'step'>): Explanation | null {
  return attention.length > 0 ? null : retryWords('busy', step);
}

/** How a delivery ended, in words. */
export function describeEnd({ outcome, reason, audiences }: DeliveryResult): string {
  const parts = audiences.map(describeAudience);
  const isSaid = reason === 'by-audience' || audiences.some((audience) => audience.reason === reason);
  if (!isSaid) parts.push(END_REASON_WORDS[reason].en);
  return `ended as ${outcome} (${parts.join('; ')})`;
}

function describeAudience({ audience, sendStatus, accepted, failed, reason }: AudienceOutcome): string {
  const parts = [sendStatus, `${accepted} accepted`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (reason !== undefined) parts.push(END_REASON_WORDS[reason].en);
  return `${audience}: ${parts.join(', ')}`;
}

/** The table of devices stays readable, and below the 20 KB that the server stores. */
const SHOWN_DEVICES = 20;
/** Of what a provider says; characters. */
const SHOWN_WORDS = 120;

/** Writes the progress as the Markdown that ops read in the Temporal UI. */
export function describeProgress(progress: Progress): string {
  const { carrier, trackingNo, decision, recipients, step, audiences, pushes, retry } = progress;
  const lines = [
    `**${inMarkdown(`${carrier} ${trackingNo}`)}**${decision?.status ? ` is **${decision.status}**` : ''}: ${step}`,
  ];
  const said = Object.values(recipients?.facts ?? {}).filter((fact) => fact !== null);
  if (said.length > 0) lines.push('', `The shop says: ${said.join(', ')}`);
  if (retry)
    lines.push(
      '',
      `Retry ${progress.round - 1} asked by ${inMarkdown(retry.operator ?? 'somebody')}: ${inMarkdown(retry.reason ?? 'no reason given')}`,
    );
  if (audiences.length > 0) {
    lines.push(
      '',
      '| audience | send status | accepted | failed | waits for | until |',
      '|---|---|---|---|---|---|',
    );
    for (const { audience, sendStatus, accepted, failed, attention, until } of audiences) {
      lines.push(
        `| ${audience} | ${sendStatus} | ${accepted} | ${failed} | ${attention ?? '-'} | ${until ?? '-'} |`,
      );
    }
  }
  if (pushes.length > 0) {
    lines.push('', '| device | audience | push | reason |', '|---|---|---|---|');
    for (const { cidTail, audience, state, reason, words } of pushes.slice(0, SHOWN_DEVICES)) {
      lines.push(
        `| …${inMarkdown(cidTail)} | ${audience} | ${state} | ${words === '' ? reason : `${reason}: ${inMarkdown(words.slice(0, SHOWN_WORDS))}`} |`,
      );
    }
    if (pushes.length > SHOWN_DEVICES) lines.push('', `and ${pushes.length - SHOWN_DEVICES} more devices`);
  }
  return lines.join('\n');
}
