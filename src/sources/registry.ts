import type { Source } from './source';

/** Every source that a channel can be of. A new one is its file and its line here. */
export const SOURCES: readonly Source[] = [];

export function findSource(name: string): Source | undefined {
  return SOURCES.find((source) => source.name === name);
}
