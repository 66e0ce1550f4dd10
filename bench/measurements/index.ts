import type { Measurement } from '../measurement';
import { idleMemory } from './idle-memory';
import { memoryAfterWork } from './memory-after-work';
import { oneAtATime } from './one-at-a-time';
import { startTime } from './start-time';
import { steadyRate } from './steady-rate';

/** In the order in which they run and are told: the last one looks at what those before it leave behind. */
export const MEASUREMENTS: readonly Measurement[] = [
  startTime,
  idleMemory,
  oneAtATime,
  steadyRate,
  memoryAfterWork,
];
