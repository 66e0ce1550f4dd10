import type { Source } from '../../src/sources/source';

const ANSWER = { mediaType: 'text/plain', body: '' };

/** A source that takes everything, so that a test of channels is of no carrier. */
export function ownSource(name: string, more: Partial<Source> = {}): Source {
  return {
    name,
    title: `Carrier ${name}`,
    mediaTypes: ['application/json'],
    evidence: 'official documentation',
    statusTable: {},
    verify: () => ({ ok: true }),
    parse: () => ({ updates: [], flaws: [] }),
    acknowledge: () => ANSWER,
    refuse: () => ANSWER,
    ...more,
  };
}
