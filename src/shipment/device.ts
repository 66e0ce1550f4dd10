/** What a browser's `PushSubscription` holds beside its endpoint; all in base64url. */
export interface WebPushKeys {
  readonly p256dh: string;
  readonly auth: string;
  /** The `applicationServerKey` that it was made with, where the registration said so. */
  readonly vapidKey?: string;
}

export const APNS_ENVIRONMENTS = ['production', 'sandbox'] as const;
export type ApnsEnvironment = (typeof APNS_ENVIRONMENTS)[number];

/** Whether the person lets the app show notifications, as the app said when it registered last. */
export const NOTIFICATION_PERMISSIONS = ['allowed', 'denied', 'unknown'] as const;
export type NotificationPermission = (typeof NOTIFICATION_PERMISSIONS)[number];

/**
 * Why a provider would refuse the pushes to other devices too.
 * - `credential`: our keys are refused.
 * - `quota`: the day's number, or the account, is used up.
 * - `project`: wrong space, address or package, or a function that loses the target.
 * - `suspect`: the settings, or this one device: one that belongs to another project, or an endpoint that somebody
 *   made up. Hold the provider when devices of several people bring it, so that nobody can close a shop's pushes by
 *   registering their own.
 * - `unclear`: its answers do not say what became of the pushes.
 */
export const HOLD_CAUSES = ['credential', 'quota', 'project', 'suspect', 'unclear'] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];
