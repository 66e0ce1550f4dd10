import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../src/database/schema/migrate';
import { generateKeys } from '../../src/doctor/keys';
import { PROJECT_ROOT } from '../../src/project-root';
import { resolveTemporalCli } from '../../temporal/cli-binary';
import { eventually } from '../setup/processes';
import { ownSettings, requireClosedLedger, runProduct, type Product, type Settings } from '../start/product';
import { openShell, type Shell } from './shell';
import { openShop, type Shop } from '../start/shop';

/** A start, or a retry, on a busy machine. */
const SLOW_MS = 300_000;
const PARCEL = 'TEST_YT_20260206_0007';
const REFUSING = 'demo-phone-buyer-1';
/** A journal whose process is gone, as the page names one. */
const LOST_JOURNAL = '5a1f0c0e-2f0b-4a53-9d1c-0c7f4a1be101';

const page = readFileSync(path.join(PROJECT_ROOT, 'docs/operating.md'), 'utf8');
/** Everything on the page that a person types, from the top to the bottom: a line each, of SQL a block each. */
const commands = [...page.matchAll(/^```(sh|bash|sql)\n([\s\S]*?)^```$/gm)].flatMap(
  ([, language = '', text = '']) =>
    (language === 'sql' ? [text.trim()] : text.trim().split('\n')).map((command) => ({ language, command })),
);

/** What the page shows as the output of a command. */
const shownAfter = (command: string): string =>
  page.split(`\n${command}\n\`\`\`\n\n\`\`\`\n`)[1]?.split('```')[0] ?? '';
/** Its lines in no order, as phones are pushed at once, without moments, ports and the digest of a workflow id. */
const alike = (output: string): string[] =>
  output
    .replace(
      /20\d\d-\d\d-\d\d(?:T[\d:.]+Z| \d\d:\d\d(?: \([\w ]+\)|, \d+ \w+ ago)?)|127\.0\.0\.1:\d+|(?<=%2F)[0-9a-f]{20}$/gm,
      '<other>',
    )
    .split('\n')
    .sort();

describe('docs/operating.md, typed from the top to the bottom', () => {
  let settings: Settings;
  let shell: Shell;
  let connection: Connection;
  let temporal: Client;
  let pool: pg.Pool;
  let shop: Shop | undefined;
  let product: Product | undefined;
  const { secret, anonKey, serviceRoleKey } = generateKeys({ issuer: 'supabase', years: 1 });
  const keys = { SUPABASE_JWT_SECRET: secret, ANON_KEY: anonKey, SERVICE_ROLE_KEY: serviceRoleKey };

  const call = (route: string, body: object): Promise<Response> =>
    fetch(`http://127.0.0.1:${settings.PORT}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const send = (trackingNo: string, status: string): Promise<Response> =>
    call('/webhook/express/status', {
      ...{ carrier: 'yto', tracking_no: trackingNo, status, event_text: '扫描' },
      event_time: new Date().toISOString(),
    });
  const rows = async <T extends object>(sql: string): Promise<T[]> => (await pool.query<T>(sql)).rows;

  beforeAll(async () => {
    settings = await ownSettings();
    const { TEMPORAL_PORT, POSTGRES_PORT, DATA_DIR } = settings;
    expect(await runProduct(['start', '--detach'], settings).exitCode).toBe(0);
    const temporalAddress = `127.0.0.1:${TEMPORAL_PORT}`;
    shell = await openShell({
      ...{ folder: path.join(DATA_DIR, 'checkout'), settings, temporalAddress },
      temporalCli: await resolveTemporalCli({ report: () => undefined }),
    });
    connection = Connection.lazy({ address: temporalAddress });
    temporal = new Client({ connection });
    const password = readFileSync(path.join(DATA_DIR, 'postgres.password'), 'utf8').trim();
    pool = new pg.Pool({
      connectionString: `postgresql://waybell:${password}@127.0.0.1:${POSTGRES_PORT}/waybell`,
    });
    pool.on('error', () => undefined);
    // What the page tells of: one phone refuses, and two parcels have no order.
    await call('/demo/behaviour', { cid: REFUSING, mode: 'refuse' });
    for (const number of ['0098', '0099']) await send(`TEST_YT_20260206_${number}`, 'picked_up');
    await send(PARCEL, 'out_for_delivery');
    await waits();
  }, SLOW_MS);
  afterAll(async () => {
    await product?.end('SIGKILL');
    await shop?.close();
    await requireClosedLedger(settings);
    await pool.end();
    await connection.close();
    await runProduct(['stop'], settings).exitCode;
    await rm(settings.DATA_DIR, { recursive: true, force: true });
  });

  const delivery = async (): Promise<{ id: string; messageId: string }> => {
    const [found] = await rows<{ id: string; messageId: string }>(
      `select workflow_id as id, message_id as "messageId" from express_notifications
        where tracking_no = '${PARCEL}' and aud = 'user'`,
    );
    return found ?? { id: '', messageId: '' };
  };
  /** Until the delivery waits for a person, and Temporal's list of workflows says so. */
  const waits = (): Promise<void> =>
    eventually(async () => {
      const waiting = `ExecutionStatus="Running" AND Attention="push-failed" AND TrackingNo="${PARCEL}"`;
      const { id } = await delivery();
      if (id === '' || (await temporal.workflow.count(waiting)).count === 0) return false;
      const { step } = await temporal.workflow.getHandle(id).query<{ step: string }>('progress');
      return step.startsWith('waiting until');
    });
  const closed = async (): Promise<void> => {
    const handle = temporal.workflow.getHandle((await delivery()).id);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    await eventually(async () => (await temporal.workflow.count('ExecutionStatus="Canceled"')).count > 0);
  };

  /** Of a run of the sweep, as the command before has named it. */
  const SWEEP_RUN = /waybell-sweep-2026\S+/;
  async function newestSweep(): Promise<string> {
    const runs = temporal.workflow.list({ query: 'WorkflowType = "SweepWaits"', pageSize: 1 });
    for await (const { workflowId } of runs) return workflowId;
    throw new Error('the sweep has not run yet');
  }

  /** As a person puts in what the page leaves open, and ports and folders of their own. */
  async function filledIn(command: string): Promise<string> {
    if (SWEEP_RUN.test(command)) return command.replace(SWEEP_RUN, await newestSweep());
    const { id, messageId } = await delivery().catch(() => ({ id: '', messageId: '' }));
    return command
      .replace(/delivery\/(…|own-system\/yto\/\w+\/\w+)/, id)
      .replace('<message_id>', messageId)
      .replaceAll('127.0.0.1:7201', `127.0.0.1:${settings.PORT}`)
      .replace('-p 7432', `-p ${settings.POSTGRES_PORT}`)
      .replace('.data/', `${settings.DATA_DIR}/`);
  }

  /** What must be so before a command means what the page says of it. */
  const PREPARED: readonly (readonly [RegExp, () => Promise<unknown>])[] = [
    [/waybell retry|--name retry|retryNow/, waits],
    [/curl -X POST .*\/retry'/, closed],
    [/workflow cancel/, waits],
    [
      /to waybell_worker;/,
      () =>
        pool.query(`do $$ begin
          if to_regrole('waybell_worker') is null then create role waybell_worker; end if;
        end $$`),
    ],
    [
      /on auth\.users/,
      () =>
        pool.query(
          'create schema if not exists auth; create table if not exists auth.users (id uuid primary key)',
        ),
    ],
    [
      /forget-journal/,
      () =>
        rows(`insert into waybell.journals (journal_id, place, heard_at, archived_until, waiting)
              values ('${LOST_JOURNAL}', 'gone:/data', now() - interval '1 day', now(), 0)`),
    ],
    [/^npm start/, () => runProduct(['stop'], settings).exitCode],
    [/workflow show .*>/, () => runProduct(['start', '--detach'], settings).exitCode],
  ];

  /** Commands that go on for as long as they are left alone. */
  const STAYS = /^npx waybell start --only (api|worker)$/;

  async function runRole(role: string): Promise<void> {
    if (!shop) {
      shop = await openShop();
      await migrate(shop.db.url, () => undefined);
    }
    product = runProduct(['start', '--only', role], shop.settings);
    await product.ready();
    expect(await product.end('SIGTERM')).toBe(0);
  }

  test.each(commands)(
    '$command',
    async ({ language, command }) => {
      for (const [pattern, prepare] of PREPARED) if (pattern.test(command)) await prepare();
      if (language === 'sql') {
        await pool.query(command);
        return;
      }
      const [, role] = STAYS.exec(command) ?? [];
      if (role !== undefined) return runRole(role);
      const { code, output } = await shell.run(await filledIn(command), keys);
      // No robot is set here, and the command says so.
      if (command.endsWith('alarms test')) {
        expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('set ALARM_URLS') });
        return;
      }
      // The phone goes on refusing, and what is tried again needs somebody all the same.
      const needsSomebody = command.startsWith('npx waybell retry') && !command.endsWith('--dry-run');
      expect({ code, output }).toEqual({ code: needsSomebody ? 1 : 0, output: expect.any(String) });
      if (command.startsWith('npx waybell why')) expect(alike(output)).toEqual(alike(shownAfter(command)));
      // curl is content with a refusal.
      if (command.startsWith('curl')) expect(output).toContain('"ok":true');
      for (const value of Object.values(keys))
        if (!/keys generate/.test(command)) expect(output).not.toContain(value);
    },
    SLOW_MS,
  );
});
