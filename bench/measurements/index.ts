import type { Measurement } from '../measurement';
import { apiAlone } from './api-alone';
import { idleMemory } from './idle-memory';
import { memoryAfterWork } from './memory-after-work';
import { oneAtATime } from './one-at-a-time';
import { sources } from './sources';
import { startTime } from './start-time';
import { steadyRate } from './steady-rate';

/** In the order in which they run and are told: `memoryAfterWork` looks at what those before it leave behind. */
export const MEASUREMENTS: readonly Measurement[] = [
  startTime,
  idleMemory,
  oneAtATime,
  steadyRate,
  memoryAfterWork,
  apiAlone,
  sources,
];
