import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createPersistWaybill } from '../../../src/activities/persist-waybill';
import { loadConfig } from '../../../src/config/config';
import { migrate } from '../../../src/database/schema/migrate';
import { contentOfNamed, deliveryOf, deliveryWorkflowId } from '../../../src/deliveries/workflow-id';
import { createShopTables } from '../../../src/embedded/sample-shop';
import { PROJECT_ROOT } from '../../../src/project-root';
import { carrierNames } from '../../../src/shipment/carriers';
import type { Decision } from '../../../src/shipment/delivery';
import type { ShipmentUpdate } from '../../../src/shipment/update';
import { findSource } from '../../../src/sources/registry';
import { ANY_AGE, ANY_TEXT } from '../../setup/any-age';
import { createEmptyDatabase, type TestDatabase } from '../../setup/database';
import { shipmentUpdate } from '../../setup/delivery-lab';
import { PERSONAL_REQUESTS } from '../../sources/personal-requests';
import { CONDITIONS, readPayload } from '../../sources/requests';

const LAST_OF_FIRST_RELEASE = '0009';
const read = (...parts: string[]): string => readFileSync(path.join(PROJECT_ROOT, ...parts), 'utf8');

const PAYLOADS = readdirSync(path.join(PROJECT_ROOT, 'test/sources/payloads')).filter(
  (file) => !file.endsWith('.headers'),
);

function updatesOf(file: string): readonly ShipmentUpdate[] {
  const source = findSource(file.split('.')[0] ?? '');
  if (!source) throw new Error(`no source for ${file}`);
  return source.parse(readPayload(file), CONDITIONS).updates;
}

describe('a database that the first release wrote', () => {
  let db: TestDatabase;
  let persist: (update: ShipmentUpdate, workflowId: string) => Promise<Decision>;
  let recorded: Map<string, { decision: Decision; input: ShipmentUpdate }>;

  const stored = async (): Promise<typeof recorded> => {
    const { rows } = await db.pool.query<{ workflow_id: string; decision: Decision; input: ShipmentUpdate }>(
      `select workflow_id, decision, input from waybell.express_updates order by seq`,
    );
    return new Map(rows.map(({ workflow_id, ...row }) => [workflow_id, row]));
  };

  /** The rows of an update as earlier releases wrote them: with its texts. */
  async function storeAsBefore(update: ShipmentUpdate, workflowId: string): Promise<void> {
    await db.pool.query(`update waybell.express_updates set input = $2 where workflow_id = $1`, [
      ...[workflowId, JSON.stringify(update)],
    ]);
    await db.pool.query(
      `update waybell.platform_express_events e
          set raw_status = said."rawStatus", event_text_safe = said.text, place = said.place
         from jsonb_to_recordset($2) as said(key text, "rawStatus" text, text text, place text)
        where e.workflow_id = $1 and e.event_key = said.key`,
      [workflowId, JSON.stringify(update.events)],
    );
    await db.pool.query(`delete from waybell.scan_texts where tracking_no = $1`, [update.trackingNo]);
  }

  beforeAll(async () => {
    db = await createEmptyDatabase();
    const folder = path.join(PROJECT_ROOT, 'src/database/migrations');
    const released = readdirSync(folder)
      .sort()
      .filter((file) => file.slice(0, 4) <= LAST_OF_FIRST_RELEASE);
    for (const file of released) await db.pool.query(readFileSync(path.join(folder, file), 'utf8'));
    await createShopTables(db.pool);
    await db.pool.query(read('test/fixtures/first-release-database.sql'));
    recorded = await stored();
    await migrate(db.url, () => undefined);

    const persistWaybill = createPersistWaybill({
      pool: db.pool,
      shopTables: loadConfig({}).shopTables,
      carriers: loadConfig({}).carriers,
      statusMap: {},
      language: 'zh',
      newsAge: ANY_AGE,
      retention: ANY_TEXT,
      providers: new Map(),
      wake: () => Promise.resolve('woken' as const),
      hasEnded: () => Promise.resolve(false),
      deliveries: {
        startVersion: () => Promise.reject(new Error()),
        startForRow: () => Promise.reject(new Error()),
        list: () => Promise.reject(new Error()),
        retry: () => Promise.reject(new Error()),
        eraseHistories: () => Promise.reject(new Error()),
        startErasure: () => Promise.reject(new Error()),
      },
      log: pino({ level: 'silent' }),
    });
    persist = (update, workflowId) =>
      new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'another run' } }).run(
        persistWaybill,
        { workflowId, update, reopen: false },
      );
  });
  afterAll(() => db.drop());

  test('is migrated without a decision being made anew', async () => {
    expect(recorded.size).toBeGreaterThan(20);
    expect(await stored()).toEqual(recorded);
    const { rows } = await db.pool.query(
      `select count(*)::int as opened from waybell.express_updates where state = 'open'`,
    );
    expect(rows).toEqual([{ opened: 1 }]);
  });

  test('knows every delivery by the same id', () => {
    for (const [workflowId, { input }] of recorded) expect(deliveryWorkflowId(input)).toBe(workflowId);
  });

  test.each(PAYLOADS)('learns nothing from %s, sent again', async (file) => {
    for (const update of updatesOf(file)) {
      const workflowId = deliveryWorkflowId(update);
      const before = recorded.get(workflowId);
      if (before !== undefined)
        expect(update.events.map(({ key }) => key)).toEqual(before.input.events.map(({ key }) => key));
      // As it travels today.
      const { update: lean } = deliveryOf(update);
      if (before !== undefined) expect(contentOfNamed(lean)).toBe(contentOfNamed(before.input));
      // As the same workflow, and as one that neither Temporal nor the database remembers.
      const again = await persist(lean, workflowId);
      expect(again.verdict).not.toBe(before?.decision.verdict === 'announce' ? 'announce' : undefined);
      expect((await persist(lean, `${workflowId}/forgotten`)).verdict).toBe('nothing-new');
    }
  });

  test('learns nothing from them either, once the shop has written its own rows under other names of the carriers', async () => {
    const { carriers } = loadConfig({});
    const updates = PAYLOADS.flatMap(updatesOf);
    const renamed = updates.flatMap(({ carrier, trackingNo }) => {
      const other = carrierNames(carriers, carrier).find((name) => name !== carrier);
      return other === undefined ? [] : [{ other, trackingNo }];
    });
    expect(renamed.length).toBeGreaterThan(5);
    for (const { other, trackingNo } of renamed)
      await db.pool.query(
        `insert into platform_express_waybills (carrier, tracking_no, order_id)
         select $1, $2, 'O-' || $2
          where not exists (select from platform_express_waybills where tracking_no = $2 and order_id is not null)`,
        [other, trackingNo],
      );
    for (const update of updates) {
      const workflowId = `${deliveryWorkflowId(update)}/renamed`;
      expect([workflowId, (await persist(deliveryOf(update).update, workflowId)).verdict]).toEqual([
        workflowId,
        'nothing-new',
      ]);
    }
  });

  test.each(PERSONAL_REQUESTS)(
    'learns nothing from a text that is masked more now, and keeps the old one: $source, $what',
    async ({ source, request, updates }) => {
      const [before] = updates;
      if (before === undefined) throw new Error('nothing was recorded');
      const workflowId = deliveryWorkflowId(before);
      await persist(before, workflowId);
      await storeAsBefore(before, workflowId);
      const texts = async () =>
        (
          await db.pool.query<Record<string, string | null>>(
            `select event_key, raw_status, event_text_safe, place from waybell.platform_express_events
              where workflow_id = $1 order by event_key`,
            [workflowId],
          )
        ).rows;
      const stored = await texts();
      expect(stored).toHaveLength(before.events.length);
      for (const update of findSource(source)?.parse(request, CONDITIONS).updates ?? []) {
        expect(update.events).not.toEqual(before.events);
        const { update: lean } = deliveryOf(update);
        expect(contentOfNamed(lean)).toBe(contentOfNamed(before));
        expect((await persist(lean, `${workflowId}/forgotten`)).verdict).toBe('nothing-new');
      }
      expect(await texts()).toEqual(stored);
    },
  );

  test('tells what the old rules had kept silent at the next scan, not before', async () => {
    const next = async (trackingNo: string, status: 'delivered' | 'in_transit', hour: number) => {
      const {
        verdict,
        status: told,
        occurrence,
      } = await persist(shipmentUpdate(trackingNo, [[status, hour]]), `${trackingNo}/next`);
      return { verdict, told, occurrence };
    };
    expect(await next('MISTAKE1', 'delivered', 3)).toEqual({
      verdict: 'announce',
      told: 'delivered',
      occurrence: 2,
    });
    expect(await next('CALLEDOFF1', 'delivered', 4)).toEqual({
      verdict: 'announce',
      told: 'delivered',
      occurrence: 1,
    });
    expect(await next('SILENT1', 'in_transit', 41)).toEqual({
      verdict: 'announce',
      told: 'out_for_delivery',
      occurrence: 1,
    });
  });

  test('finds a corrected scan under its old id', async () => {
    const scan = shipmentUpdate('KEYED1', [['delivered', 1]]);
    const events = scan.events.map((event) => ({ ...event, key: 'id:e1' }));
    expect(await persist({ ...scan, events }, 'KEYED1/corrected')).toMatchObject({
      verdict: 'announce',
      status: 'delivered',
    });
  });
});
