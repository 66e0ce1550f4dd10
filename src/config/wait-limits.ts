import type { z } from 'zod';
import type { WaitLimits } from '../shipment/attention';
import { DAY, duration, HOUR, MINUTE } from './setting-fields';

/** The settings of how long a delivery waits. */
export const waitFields = {
  WAIT_ORDER_HOURS: duration(HOUR, 72),
  WAIT_DEVICE_HOURS: duration(HOUR, 72),
  WAIT_FIRST_DEVICE_MINUTES: duration(MINUTE, 10),
  WAIT_RETRY_DAYS: duration(DAY, 7),
  PUSH_RETRY_MINUTES: duration(MINUTE, 24 * 60),
};

export function waitLimitsOf(env: z.output<z.ZodObject<typeof waitFields>>): WaitLimits {
  return {
    order: env.WAIT_ORDER_HOURS,
    device: env.WAIT_DEVICE_HOURS,
    firstDevice: env.WAIT_FIRST_DEVICE_MINUTES,
    retry: env.WAIT_RETRY_DAYS,
    pushRetry: env.PUSH_RETRY_MINUTES,
  };
}
