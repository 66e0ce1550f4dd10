import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { splitTexts } from '../../src/deliveries/split-texts';
import { isWordDigest } from '../../src/deliveries/word-digest';
import { contentOfNamed, deliveryOf, deliveryWorkflowId } from '../../src/deliveries/workflow-id';
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

test.each(SOURCES.map((source) => [source.name, source] as const))(
  'of what %s says only keys, times, statuses and words of its published table travel',
  async (name, source) => {
    const vectors = await loadVectors(name);
    for (const { request, now = vectors?.now ?? 0 } of vectors?.genuine ?? []) {
      for (const said of source.parse(request, conditionsOf(now)).updates) {
        const { workflowId, update, texts } = deliveryOf(said);
        expect(workflowId).toBe(deliveryWorkflowId(said));
        const { events, ...rest } = update;
        for (const { rawStatus } of events)
          expect(
            ['', ...Object.keys(source.statusTable)].includes(rawStatus) || isWordDigest(rawStatus),
          ).toBe(true);
        expect(events).toEqual(
          said.events.map(({ key, time, status, reading }, index) => ({
            ...{ key, time, status, rawStatus: events[index]?.rawStatus, text: '' },
            ...(reading && { reading }),
          })),
        );
        expect(Object.keys(rest)).toEqual(
          Object.keys(said).filter((field) => field !== 'events' && field !== 'state'),
        );
        const kept = said.events.filter(
          ({ text, place, unlisted }) => text !== '' || place !== undefined || unlisted,
        );
        expect(texts.map(({ key, text, place }) => [key, text, place])).toEqual(
          kept.map(({ key, text, place }) => [key, text, place]),
        );
        // What was split is known by the same words, and is not split any more.
        expect(contentOfNamed(update)).toBe(contentOfNamed(said));
        expect(splitTexts(update)).toEqual({ update, texts: [] });
      }
    }
  },
);

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
