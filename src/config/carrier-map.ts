import { z } from 'zod';
import { carrierMapProblems } from '../shipment/carriers';

/** As long as a carrier's name may be in a webhook. */
const carrierName = z.string().trim().min(1).max(64);

/** The mapping CARRIER_MAP: what the shop calls a carrier, and any name that others know it by. */
export const carrierMap = z.record(carrierName, carrierName).superRefine((map, context) => {
  for (const message of carrierMapProblems(map)) context.addIssue({ code: 'custom', message });
});
