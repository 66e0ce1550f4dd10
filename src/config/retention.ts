import { z } from 'zod';

/** Ten years. */
const MOST_DAYS = 3650;
const days = (least: number) => z.coerce.number().int().min(least).max(MOST_DAYS);

/** A scan so long after the last one belongs to the next parcel under the same number; days. */
const NUMBER_REUSE_DAYS = 180;
/** A status is told for a week by default, and its text until then; days. */
const LEAST_TEXT_DAYS = 7;

/** Longer than any delivery waits, and than Temporal keeps it by default; days. */
const LEAST_DAYS = 30;

/** The settings of what is deleted, and when. */
export const retentionFields = {
  WEBHOOK_RETENTION_DAYS: days(1).default(30),
  WEBHOOK_BODY_RETENTION_DAYS: days(1).optional(),
  WEBHOOK_RETENTION_MB: z.coerce.number().int().min(1).default(10_240),
  DELIVERY_RETENTION_DAYS: days(LEAST_DAYS).default(90),
  TEXT_RETENTION_DAYS: days(LEAST_TEXT_DAYS).optional(),
  STATUS_CHANGE_RETENTION_DAYS: days(7).default(90),
  PARCEL_RETENTION_DAYS: days(NUMBER_REUSE_DAYS).default(400),
  AUDIT_RETENTION_DAYS: days(LEAST_DAYS).default(400),
  REFUSAL_RETENTION_DAYS: days(1).default(7),
  NOTIFICATION_TEXT_RETENTION_DAYS: days(LEAST_DAYS).optional(),
  NOTIFICATION_RETENTION_DAYS: days(LEAST_DAYS).optional(),
};

type RetentionSettings = z.infer<z.ZodObject<typeof retentionFields>>;

/** How long rows are kept; days. */
export interface Retention {
  readonly webhooks: number;
  /** Of their bodies; never longer than they. */
  readonly webhookBodies: number;
  readonly webhookBytes: number;
  /** Closed updates with their scans and pushes, once the archive has forgotten them too. */
  readonly deliveries: number;
  /** What scans say in words: texts, places and words that no table lists; counted from the scan. */
  readonly texts: number;
  /** Changes of statuses, for who reads them. */
  readonly statusChanges: number;
  /** What is remembered of a parcel after that. */
  readonly parcels: number;
  /** Who decided what, and what was erased. */
  readonly audit: number;
  /** What came through the channels, with the addresses of who was refused. */
  readonly refusals: number;
  /** `null`: they stay. */
  readonly notificationTexts: number | null;
  /** `null`: they stay. */
  readonly notifications: number | null;
}

export function retentionOf(settings: RetentionSettings): Retention {
  return {
    webhooks: settings.WEBHOOK_RETENTION_DAYS,
    webhookBodies: Math.min(
      settings.WEBHOOK_BODY_RETENTION_DAYS ?? settings.WEBHOOK_RETENTION_DAYS,
      settings.WEBHOOK_RETENTION_DAYS,
    ),
    webhookBytes: settings.WEBHOOK_RETENTION_MB * 1024 * 1024,
    deliveries: settings.DELIVERY_RETENTION_DAYS,
    texts: settings.TEXT_RETENTION_DAYS ?? settings.DELIVERY_RETENTION_DAYS,
    statusChanges: settings.STATUS_CHANGE_RETENTION_DAYS,
    parcels: settings.PARCEL_RETENTION_DAYS,
    audit: settings.AUDIT_RETENTION_DAYS,
    refusals: settings.REFUSAL_RETENTION_DAYS,
    notificationTexts: settings.NOTIFICATION_TEXT_RETENTION_DAYS ?? null,
    notifications: settings.NOTIFICATION_RETENTION_DAYS ?? null,
  };
}

/**
 * A delivery that may still be retried needs its notification, and nothing shows the text of a scan that is gone. Each
 * line names the variable to change.
 */
export function retentionContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const read = z.object(retentionFields).safeParse(given);
  // A wrong value is told by itself.
  if (!read.success) return [];
  const { TEXT_RETENTION_DAYS: texts = 0, DELIVERY_RETENTION_DAYS: deliveries } = read.data;
  const least = Math.max(read.data.WEBHOOK_RETENTION_DAYS, deliveries);
  const tooLong =
    texts > deliveries
      ? [`TEXT_RETENTION_DAYS: at most DELIVERY_RETENTION_DAYS, which is ${deliveries}`]
      : [];
  const tooShort = (['NOTIFICATION_TEXT_RETENTION_DAYS', 'NOTIFICATION_RETENTION_DAYS'] as const).flatMap(
    (name) =>
      (read.data[name] ?? least) < least
        ? [`${name}: at least DELIVERY_RETENTION_DAYS and WEBHOOK_RETENTION_DAYS, which are up to ${least}`]
        : [],
  );
  return [...tooLong, ...tooShort];
}
