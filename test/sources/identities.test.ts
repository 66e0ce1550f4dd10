import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { SOURCES } from '../../src/sources/registry';
import type { Source } from '../../src/sources/source';
import { PERSONAL_REQUESTS } from './personal-requests';
import { CONDITIONS, conditionsOf } from './requests';
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

  test.each(PERSONAL_REQUESTS)(
    'is known by the same keys, however its texts are masked now: $source, $what',
    ({ source, request, updates }) => {
      const now = SOURCES.find(({ name }) => name === source)?.parse(request, CONDITIONS).updates ?? [];
      expect(now.map(deliveryWorkflowId)).toEqual(updates.map(deliveryWorkflowId));
      const keysOf = (one: readonly ShipmentUpdate[]) =>
        one.flatMap(({ events }) => events.map(({ key }) => key));
      expect(keysOf(now)).toEqual(keysOf(updates));
      expect(JSON.stringify(now)).not.toMatch(
        /文三路|王小明|138\.?0013|8-2-1234|zhang|张女士|john|Main Street|8821/,
      );
    },
  );
});
