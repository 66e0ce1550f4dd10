import type { Measurement } from '../measurement';
import { apiAlone } from './api-alone';
import { deliveryCost } from './delivery-cost';
import { heldPushes } from './held-pushes';
import { idleMemory } from './idle-memory';
import { many } from './many';
import { memoryAfterWork } from './memory-after-work';
import { migration } from './migration';
import { oneAtATime } from './one-at-a-time';
import { pushProviders } from './push-providers';
import { saturation } from './saturation';
import { size } from './size';
import { sources } from './sources';
import { startTime } from './start-time';
import { steadyRate } from './steady-rate';
import { temporalOnPostgres } from './temporal-on-postgres';
import { workers } from './workers';

/**
 * In the order in which they run and are told: `pushProviders` needs both cores, so it comes before the systems that
 * stay up for the rest; `memoryAfterWork` looks at what those before it leave behind.
 */
export const MEASUREMENTS: readonly Measurement[] = [
  startTime,
  idleMemory,
  heldPushes,
  pushProviders,
  oneAtATime,
  steadyRate,
  saturation,
  memoryAfterWork,
  apiAlone,
  sources,
  migration,
  size,
  deliveryCost,
  workers,
  many,
  temporalOnPostgres,
];
