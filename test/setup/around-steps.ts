import type { Activities } from '../../src/activities';
import type { Wrap } from './delivery-lab';

export type AnyStep = (...args: unknown[]) => Promise<unknown>;

/** Stands between the workflow and each of its steps. */
export const around =
  (change: (name: keyof Activities, step: AnyStep) => AnyStep): Wrap =>
  (activities) =>
    Object.fromEntries(
      Object.entries(activities).map(([name, step]) => [
        name,
        change(name as keyof Activities, step as unknown as AnyStep),
      ]),
    ) as unknown as Activities;
