import type { Request, Response } from 'express';
import { NO_CHANNEL } from '../database/channel-traffic';
import type { HttpErrorCode } from '../errors';
import type { Channel } from '../intake/channels/channels';
import type { TrafficCount } from '../intake/channels/traffic';
import { explainRefusal, type RefusalReason, type WhyRefused } from '../intake/channels/why-refused';
import type { Conditions, Source, WebhookRequest } from '../sources/source';
import { callerAddress } from './caller-address';
import type { FewLines } from './few-lines';
import type { WebhookCounts } from './gauges';
import { HttpProblem } from './http-problem';
import { requestIdOf } from './request-log';

/** Thrown when a webhook is refused because of its URL or of its proof. */
export class WebhookRefused extends HttpProblem {
  constructor(
    code: HttpErrorCode,
    readonly why: WhyRefused,
  ) {
    // What else is there is for the shop alone.
    super(code, explainRefusal({ ...why, found: '' }).en);
  }
}

export const because = (reason: RefusalReason, place = ''): WhyRefused => ({ reason, place, found: '' });

function whyOf(problem: HttpProblem): WhyRefused {
  if (problem instanceof WebhookRefused) return problem.why;
  return { reason: problem.code as RefusalReason, place: problem.field ?? '', found: '' };
}

/** What is known of a request when it is refused. */
export interface Refused {
  readonly source: Source;
  /** Set where the request shows that it is of its sender: by a token, or by a proof. */
  readonly channel: Channel | undefined;
  /** Those that it is about, where it may be believed so far. */
  readonly trackingNos: readonly string[];
  readonly problem: HttpProblem;
}

export interface RefusalParts {
  readonly counts: WebhookCounts;
  readonly traffic: TrafficCount;
  readonly lines: FewLines;
}

/** Lets everybody see that a request was refused, who looks for it: in the log, in the metrics, and at its channel. */
export function noteRefusal(
  { counts, traffic, lines }: RefusalParts,
  request: Request,
  response: Response,
  { source: { name: source }, channel: vouching, trackingNos, problem }: Refused,
): void {
  const why = whyOf(problem);
  const channel = vouching?.name ?? NO_CHANNEL;
  const address = callerAddress(request);
  counts.refused(source, problem.code);
  if (vouching) counts.refusedBy(source, channel, why.reason);
  traffic.refused({ source, channel, why, address, trackingNos });
  const { reason, ...where } = why;
  lines.warn(
    { source, channel, address, code: problem.code, reason },
    {
      ...{ requestId: requestIdOf(response), ...where },
      ...(trackingNos.length > 0 && { trackingNos: trackingNos.slice(0, MAX_LOGGED) }),
      err: problem.cause,
    },
    `webhook refused: ${problem.message}`,
  );
}

const MAX_LOGGED = 5;

/** The numbers that a request is about, whether it is proved or not. */
export function numbersIn(source: Source, webhook: WebhookRequest, conditions: Conditions): string[] {
  const { updates, refusal } = source.parse(webhook, conditions);
  const numbers = [...updates.map(({ trackingNo }) => trackingNo), refusal?.trackingNo];
  return [...new Set(numbers.filter((number) => number !== undefined))];
}
