import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { SOURCES } from '../../src/sources/registry';
import type { Source } from '../../src/sources/source';
import { conditionsOf } from './requests';
import { loadVectors } from './vectors/load';

/** What a genuine request was known by when it was first recorded: only ever added to. */
interface Identity {
  readonly what: string;
  readonly workflowIds: readonly string[];
  readonly scans: readonly string[];
}

const RECORDED = JSON.parse(readFileSync(path.join(__dirname, 'identities.json'), 'utf8')) as Readonly<
  Record<string, readonly Identity[]>
>;

async function identitiesOf(source: Source): Promise<Identity[]> {
  const vectors = await loadVectors(source.name);
  return (vectors?.genuine ?? []).map(({ what, request, now = vectors?.now ?? 0 }) => {
    const { updates } = source.parse(request, conditionsOf(now));
    return {
      what,
      workflowIds: updates.map(deliveryWorkflowId),
      scans: updates.flatMap(({ events }) => events.map(({ key }) => key)),
    };
  });
}

describe('a request that was recorded by an earlier release', () => {
  test.each(Object.entries(RECORDED))(
    'starts nothing new when it comes again: %s',
    async (name, recorded) => {
      const source = SOURCES.find((one) => one.name === name) as Source;
      const now = await identitiesOf(source);
      for (const identity of recorded) {
        expect(now.find(({ what }) => what === identity.what)).toEqual(identity);
      }
    },
  );
});
