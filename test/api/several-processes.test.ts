import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { openChannels } from '../../src/intake/channels/channels';
import { type Intake, openIntake } from '../../src/intake/intake';
import { eventually, useLab } from '../setup/delivery-lab';
import { openTemporalAway } from '../setup/temporal-away';
import { use } from '../setup/use';
import { type Api, AT_ONCE } from './api-lab';
import { type Json, serveDeliveries } from './delivery-api';

/** The folder, the journal and the API of the other one. */
let folder: string;
let intake: Intake;
let other: Api;

const lab = useLab();
/** The process that is asked. */
const asked = use(() => serveDeliveries(lab));
const nowhere = use(() => openTemporalAway());
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-other-'));
});
afterEach(async () => {
  await endOther();
  await lab.db.pool.query('delete from waybell.journals; delete from waybell.webhooks');
  await rm(folder, { recursive: true });
});

/** Starts the other process, which reaches Temporal or does not. */
async function startOther(temporal: Client): Promise<void> {
  intake = await openIntake({
    ...loadConfig({ DATA_DIR: folder }),
    temporal,
    taskQueue: lab.temporal.taskQueue,
    pool: lab.db.pool,
    log: pino({ level: 'silent' }),
  });
  const channels = openChannels(path.join(folder, 'channels.json'), () => undefined);
  other = await serveDeliveries(lab, { intake, channels });
}
async function endOther(): Promise<void> {
  await other.close();
  await intake.close();
}

/** By SQL, as if the last word of a process were two minutes old. */
const fallSilent = (): Promise<pg.QueryResult<{ id: string }>> =>
  lab.db.pool.query(
    `update waybell.journals set heard_at = now() - interval '2 minutes' where place like $1 returning journal_id as id`,
    [`%${folder}`],
  );

let since: string;
beforeEach(() => {
  since = new Date(Date.now() - 60_000).toISOString();
});
const ledger = async (): Promise<Json> =>
  (await asked.call('GET', `/api/v1/ledger?since=${encodeURIComponent(since)}`)).json;
/** Waits until the ledger says so; it closes at every look before. */
const untilLedger = (updates: Json, rest: Json = {}): Promise<unknown> =>
  eventually(async () => {
    const now = await ledger();
    expect(now).toMatchObject({ closes: true, differences: [] });
    try {
      expect(now).toMatchObject({ updates, ...rest });
      return true;
    } catch {
      return false;
    }
  });
const send = async (): Promise<string> => {
  const { trackingNo } = await lab.parcel();
  const json = { carrier: 'yto', tracking_no: trackingNo, status: 'delivered', event_text: '已签收' };
  const answer = await other.call('POST', '/webhook/express/status', {
    json: { ...json, event_time: '2026-02-06 10:11:00' },
    headers: AT_ONCE,
  });
  expect(answer.status).toBe(200);
  return answer.json['workflow_id'] as string;
};
const journals = async (): Promise<Json[]> =>
  ((await asked.call('GET', '/api/v1/attention')).json['attention'] as Json[]).filter(({ kind }) =>
    String(kind).startsWith('journal'),
  );

describe('with several API processes', () => {
  test('the ledger of one reaches as far as every journal is archived, and then counts what the others took', async () => {
    await startOther(lab.temporal.client);
    await untilLedger({ accepted: 0 });
    const db = await lab.db.pool.connect();
    await db.query('begin; lock table waybell.webhooks in share mode');
    await send();
    const answeredAt = new Date().toISOString();
    const before = await ledger();
    expect(before).toMatchObject({ closes: true, updates: { accepted: 0 } });
    expect(String(before['until']) < answeredAt).toBe(true);
    await db.query('rollback');
    db.release();
    await untilLedger({ accepted: 1, waiting: 1, not_handed_over: 0 });
    await endOther();
    expect((await ledger())['unheard']).toEqual([]);
    await startOther(lab.temporal.client);
  });

  test('an update that another one has not given to Temporal is kept and not lost, also when its process is gone', async () => {
    await startOther(nowhere.client);
    await send();
    await untilLedger({ accepted: 1, waiting: 0, not_handed_over: 1 }, { unheard: [] });
    expect(await journals()).toMatchObject([
      { kind: 'journal', words: expect.stringContaining(`1 webhooks of `), alarm: false },
    ]);

    // It keeps something: that it ends does not make it forgotten.
    await endOther();
    await fallSilent();
    await untilLedger({ accepted: 1, not_handed_over: 1 }, { unheard: [{ place: expect.any(String) }] });
    expect(await journals()).toMatchObject([
      {
        kind: 'journal-silent',
        words: expect.stringMatching(new RegExp(`: 1 webhooks of .+:${folder}$`)),
        alarm: true,
        why: 'not heard of for a minute: it may keep webhooks that nobody else has',
      },
    ]);

    await startOther(lab.temporal.client);
    await untilLedger({ accepted: 1, waiting: 1, not_handed_over: 0 }, { unheard: [] });
    expect(await journals()).toEqual([]);
  });

  test('a journal that lives is not given up when it looks silent, as all do after an outage of PostgreSQL', async () => {
    await startOther(lab.temporal.client);
    await untilLedger({ accepted: 0 });
    const { rows } = await fallSilent();
    const forget = `/api/v1/journals/${rows[0]?.id}/forget`;
    expect(await asked.call('POST', forget)).toMatchObject({
      status: 404,
      json: { code: 'journal-unknown' },
    });
    await send();
    await untilLedger({ accepted: 1 }, { unheard: [] });
  });

  test('a journal that will not come back is given up by a word, and what only it had is named', async () => {
    await startOther(nowhere.client);
    const workflowId = await send();
    await untilLedger({ not_handed_over: 1 });
    const { rows } = await lab.db.pool.query<{ id: string }>(
      'select journal_id as id from waybell.journals where place like $1',
      [`%${folder}`],
    );
    const forget = `/api/v1/journals/${rows[0]?.id}/forget`;
    expect(await asked.call('POST', forget)).toMatchObject({
      status: 404,
      json: { code: 'journal-unknown' },
    });
    await endOther();
    await fallSilent();
    expect((await asked.call('POST', forget)).json).toEqual({ ok: true, webhooks: 1 });
    expect(await ledger()).toMatchObject({
      closes: false,
      unheard: [],
      differences: [
        { workflow_id: workflowId, problem: 'accepted, and neither in the database nor in Temporal' },
      ],
    });
    expect(await asked.call('POST', forget)).toMatchObject({ status: 404 });
    await startOther(lab.temporal.client);
  });
});
