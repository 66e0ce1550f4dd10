import {
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  Attention,
  Decision,
  DevicePage,
  Outcome,
  PushResult,
  Recipients,
  SendStatus,
} from '../shipment/delivery';
import type { RetryRequest } from '../shipment/retry-request';
import type { ShipmentUpdate } from '../shipment/update';
import { CHANGES } from './changes';
import type { DeliveryResult } from './contract';
import { progressQuery } from './messages';
import { describeEnd, describeProgress, type Progress, whyNoRetry } from './progress';
import { ATTENTION, DELIVERY_STATUS, MERCHANT_ID, ORDER_ID, SEND_STATUS, USER_ID } from './search-attributes';

/**
 * Tells what a delivery is doing, to the people who watch it: search attributes (one event and one action
 * each, so only when something changed), current details and the `progress` query (both free).
 */
export class Story {
  readonly #progress: Progress;
  readonly #startStatus: string;

  constructor(update: ShipmentUpdate, round = 1) {
    this.#startStatus = newestStatus(update);
    this.#progress = {
      carrier: update.carrier,
      trackingNo: update.trackingNo,
      step: 'storing the scans',
      waitsUntil: null,
      decision: null,
      recipients: null,
      round,
      // A run that goes on after another one inherits what that one had asked for.
      attention: (workflowInfo().typedSearchAttributes.get(ATTENTION) ?? []) as Attention[],
      audiences: [],
      pushes: [],
      retry: null,
    };
    setHandler(progressQuery, () => this.#progress, { description: 'Where the delivery stands.' });
    this.#show();
  }

  decided(decision: Decision): void {
    this.#progress.decision = decision;
    this.#step('resolving the recipients');
  }

  /** Whether it is stored what this delivery is about. */
  isDecided(): boolean {
    return this.#progress.decision !== null;
  }

  waitsForOrder(until: string): void {
    this.#attend(['order-not-found'], 'sending');
    this.#step(`waiting for an order until ${until}`, until);
  }

  resolved(recipients: Recipients): void {
    const progress = this.#progress;
    const { orderId, userId, merchantId } = recipients;
    const status = progress.decision?.status ?? this.#startStatus;
    progress.recipients = recipients;
    upsertSearchAttributes([
      { key: ORDER_ID, value: orderId },
      { key: USER_ID, value: userId },
      { key: MERCHANT_ID, value: merchantId },
      { key: SEND_STATUS, value: 'sending' },
      ...(status === this.#startStatus ? [] : [{ key: DELIVERY_STATUS, value: status }]),
      ...(progress.attention.length > 0 ? [{ key: ATTENTION, value: null }] : []),
    ]);
    progress.attention = [];
    this.#step('writing the notifications');
  }

  /** Whom the order names by now: it may have been corrected, and then people search for the person of today. */
  named(recipients: Recipients | undefined): void {
    if (recipients === undefined) return;
    this.#progress.recipients = recipients;
    const { typedSearchAttributes: shown } = workflowInfo();
    const { orderId, userId, merchantId } = recipients;
    const changed = [
      { key: ORDER_ID, value: orderId },
      { key: USER_ID, value: userId },
      { key: MERCHANT_ID, value: merchantId },
    ].filter(({ key, value }) => (shown.get(key) ?? null) !== value);
    if (changed.length > 0 && patched(CHANGES.attributesFollow)) upsertSearchAttributes(changed);
  }

  pushing(round: number, { devices, more }: DevicePage): void {
    this.#progress.round = round;
    this.#step(`pushing to ${devices.length} devices${more ? ', more follow' : ''}`);
  }

  pushed(results: readonly PushResult[]): void {
    const again = new Set(results.map(({ messageId, deviceId }) => `${messageId} ${deviceId}`));
    const others = this.#progress.pushes.filter(
      ({ messageId, deviceId }) => !again.has(`${messageId} ${deviceId}`),
    );
    this.#progress.pushes = [...results, ...others];
    this.#step('recording the outcome');
  }

  recorded(outcome: Outcome): void {
    this.#progress.audiences = outcome.audiences;
    const attention = [...new Set(outcome.audiences.flatMap((audience) => audience.attention ?? []))];
    if (outcome.wakeAt === null) return;
    this.#attend(attention, outcome.sendStatus);
    this.#step(`waiting until ${outcome.wakeAt}`, outcome.lookAgain ? null : outcome.wakeAt);
  }

  /** One line, for the timer of a wait: at most some 150 characters, of which Temporal keeps 200 bytes. */
  whatItWaitsFor(): string {
    const { step, attention } = this.#progress;
    const others = attention.filter((kind) => kind !== 'order-not-found');
    return others.length === 0 ? step : `${step}: ${others.join(', ')}`;
  }

  /** It goes on, because a person asked for it or for another reason. */
  goesOn(retry: RetryRequest | null): void {
    this.#progress.waitsUntil = null;
    if (retry) this.#progress.retry = retry;
  }

  /** Why a retry has nothing to do now; `null` when it has. */
  whyNoRetry(): string | null {
    return whyNoRetry(this.#progress)?.en ?? null;
  }

  ended(result: DeliveryResult): DeliveryResult {
    upsertSearchAttributes([
      { key: SEND_STATUS, value: result.outcome },
      ...(this.#progress.attention.length > 0 ? [{ key: ATTENTION, value: null }] : []),
    ]);
    this.#progress.attention = [];
    this.#step(describeEnd(result));
    return result;
  }

  #attend(attention: readonly Attention[], sendStatus: SendStatus): void {
    const before = this.#progress.attention;
    this.#progress.attention = attention;
    if (attention.length === before.length && attention.every((need) => before.includes(need))) return;
    upsertSearchAttributes([
      { key: ATTENTION, value: attention.length > 0 ? [...attention] : null },
      { key: SEND_STATUS, value: sendStatus },
    ]);
  }

  #step(step: string, waitsUntil: string | null = null): void {
    this.#progress.step = step;
    this.#progress.waitsUntil = waitsUntil;
    this.#show();
  }

  #show(): void {
    setCurrentDetails(describeProgress(this.#progress));
  }
}

function newestStatus({ events }: ShipmentUpdate): string {
  const newest = events.reduce((a, b) => (b.time > a.time ? b : a), events[0] ?? { time: '', status: null });
  return newest.status ?? 'unknown';
}
