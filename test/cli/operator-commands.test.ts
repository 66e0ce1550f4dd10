import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, request as forward, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { attentionCommand } from '../../src/cli/attention';
import { eraseCommand } from '../../src/cli/erase';
import { forgetJournalCommand, ledgerCommand } from '../../src/cli/ledger';
import { linkCommand } from '../../src/cli/link';
import { retryCommand } from '../../src/cli/retry';
import { whyCommand } from '../../src/cli/why';
import { loadConfig } from '../../src/config/config';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { refused } from '../setup/cloud-function';
import { eventually, LIMITS, useLab } from '../setup/delivery-lab';
import { freePorts } from '../setup/free-port';
import { use } from '../setup/use';
import { serveDeliveries } from '../api/delivery-api';
import { look, run } from './run-command';

const KEY = 'k'.repeat(48);

const before = { ...process.env };

const lab = useLab();
// Before the API asks for the first time: whether the shop has it is known for a minute.
beforeAll(() => lab.db.pool.query('create index on platform_express_waybills (order_id)'));
const api = use(() => serveDeliveries(lab, { config: loadConfig({ API_KEYS: KEY }) }));
beforeEach(() => {
  process.env['PORT'] = new URL(api.url).port;
  process.env['API_KEYS'] = KEY;
  process.env['TEMPORAL_PORT'] = lab.temporal.address.split(':').at(-1);
  process.env['TEMPORAL_NAMESPACE'] = lab.temporal.namespace;
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
  process.exitCode = undefined;
});

describe('the commands of operators', () => {
  test('show what waits, try it again once its cause is gone, and account for it', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    const { trackingNo } = parcel;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('push-failed'),
      );
      const why = await look(whyCommand(), trackingNo);
      expect(why.code).toBe(0);
      expect(why.output).toMatch(
        new RegExp(
          [
            `^yto ${trackingNo} delivered, open, since 20.+ ago\\)`,
            '  waits: push-failed of the user, until 20.+ \\(in .+\\)',
            `  user ${parcel.userId}: failed\\. No device was reached\\. Each push says why; .+`,
            `    …${cid.slice(-4)} unicloud failed bad_payload .+`,
            '      The push service refuses the message itself, .+',
            `  merchant ${parcel.merchantId}: success\\. A push service accepted it for 1 device, .+`,
            '    ….... unicloud accepted .+',
            '      Accepted, but not confirmed by the phone\\. .+',
            '  http://.+',
            '',
            `next       remove the cause, then: npx waybell retry ${trackingNo}$`,
          ].join('\n'),
        ),
      );

      // By whatever people know: one delivery is shown in full.
      const spelled = ` ${trackingNo.slice(0, 6).toLowerCase()} ${trackingNo.slice(6)} `;
      for (const name of [spelled, handle.workflowId, parcel.orderId, parcel.userId ?? '', cid])
        expect((await look(whyCommand(), name)).output).toContain(`yto ${trackingNo} delivered, open`);
      expect((await run(whyCommand(), parcel.orderId, '--as', 'person')).code).toBe(4);

      const waiting = await run(attentionCommand(), '--kind', 'push-failed', '--limit', '200');
      expect(waiting.code).toBe(0);
      expect(waiting.output).toContain(`push-failed yto ${trackingNo} user\n  since 20`);
      expect(waiting.output).toContain('ends by: a person removes the cause and retries');
      const json = await run(attentionCommand(), '--kind', 'push-failed', '--limit', '200', '--json');
      expect(JSON.parse(json.output)).toMatchObject({
        attention: [{ tracking_no: trackingNo, alarm: false }],
      });

      const elsewhere = await run(attentionCommand(), '--kind', 'no-targets');
      expect(elsewhere).toEqual({
        code: 0,
        output: expect.stringMatching(
          /^Nothing of it is on this page\.\n\nIn all: 1 push-failed; overdue: 0\.\npush-failed: http\S+Attention%3D%22push-failed%22\S+$/,
        ),
      });
      const putDeadline = (at: string): Promise<unknown> =>
        lab.db.pool.query(`update waybell.express_waits set deadline = ${at}`);
      await putDeadline(`now() - interval '1 hour'`);
      expect(await run(attentionCommand(), '--kind', 'no-targets')).toMatchObject({
        code: 1,
        output: expect.stringContaining('overdue: 1.'),
      });
      await putDeadline(`now() + interval '1 day'`);

      const query = `TrackingNo="${trackingNo}" AND Attention="push-failed"`;
      const plan = await run(retryCommand(), '--query', query, '--dry-run');
      expect(plan).toEqual({
        code: 0,
        output: `1 delivery found, nothing changed:\n${handle.workflowId}: the delivery waits (push-failed), and would try again`,
      });
      expect(lab.cloud.countFor(cid)).toBe(1);

      lab.cloud.answer(cid);
      const retried = await run(retryCommand(), '--query', query, '--rate', '50', '--reason', 'repaired');
      expect(retried.code).toBe(0);
      expect(retried.output).toContain('1 delivery: 1 try again, 0 started again, 0 refused.');
      expect(await handle.result()).toMatchObject({ outcome: 'success' });

      for (const options of [['--dry-run'], ['--reason', 'merchant called']]) {
        await expect(run(retryCommand(), trackingNo, ...options)).rejects.toThrow(
          'Waybell refuses (409): nothing to retry: every push was accepted, and no other device is registered',
        );
      }
    });
    expect(lab.cloud.countFor(cid)).toBe(2);
    const ledger = await run(ledgerCommand(), '--since', '24h');
    expect(ledger.code).toBe(0);
    expect(ledger.output).toContain('Both equations close.');
    expect((await run(attentionCommand())).output).toBe('Nothing waits.');
  });

  test('a retry of one shows how it ended: that it waits again, or that everybody is reached', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 1 });
    const [cid = ''] = parcel.cids;
    lab.cloud.answer(cid, refused);
    await lab.withWorker(async () => {
      const { workflowId } = await lab.start(parcel, 'delivered', 1);
      await eventually(async () => {
        const { attention } = JSON.parse((await run(attentionCommand(), '--json')).output) as {
          attention: { workflow_id: string; kind: string }[];
        };
        return attention.some((one) => one.workflow_id === workflowId && one.kind === 'push-failed');
      });
      const dry = await run(retryCommand(), workflowId, '--dry-run');
      expect(dry).toEqual({
        code: 0,
        output: `1 delivery found, nothing changed:\n${workflowId}: the delivery waits (push-failed), and would try again`,
      });
      expect(lab.cloud.countFor(cid)).toBe(1);

      const head = [
        `^workflow   ${workflowId}`,
        'retry      The retry has begun\\.',
        `order      ${parcel.orderId}`,
        `recipients user ${parcel.userId}, merchant ${parcel.merchantId}`,
      ];
      const again = await run(retryCommand(), parcel.trackingNo);
      expect(again.code).toBe(1);
      expect(again.output).toMatch(
        new RegExp(
          [
            ...head,
            `push       …${cid.slice(-4)} user     failed: .+`,
            'push       ….... merchant accepted: .+',
            'state      RUNNING, waiting until 20.+ \\(in .+\\)',
            '           it failed again: its cause is still there',
            'Temporal   http://.+',
            `next       remove the cause, then: npx waybell retry ${parcel.trackingNo}$`,
          ].join('\n'),
        ),
      );
      expect(lab.cloud.countFor(cid)).toBe(2);
      // Of some at once each is told, and what those that wait again still lack.
      const both = await run(retryCommand(), parcel.trackingNo, workflowId);
      expect(both.output).toContain(`${workflowId}: RUNNING, waiting until 20`);
      expect(both.output).toContain(
        `\n  it failed again: its cause is still there\n  next       remove the cause, then: npx waybell retry ${parcel.trackingNo}`,
      );
      expect(lab.cloud.countFor(cid)).toBe(3);

      lab.cloud.answer(cid);
      const healed = await run(retryCommand(), parcel.trackingNo, '--reason', 'repaired');
      expect(healed.code).toBe(0);
      expect(healed.output).toMatch(
        new RegExp(
          [
            ...head,
            `push       …${cid.slice(-4)} user     accepted: .+`,
            'push       ….... merchant accepted: .+',
            'state      COMPLETED, ended as .+',
            'Temporal   http://.+',
            `next       npx waybell why ${parcel.trackingNo}$`,
          ].join('\n'),
        ),
      );
    });
    expect(lab.cloud.countFor(cid)).toBe(4);
    const pasted = await run(whyCommand(), ` ${parcel.trackingNo} `);
    expect(pasted.output).toMatch(/^yto \S+ delivered, ended as success, 20\S+ \S+ \(\d+ sec ago\)\n/);
    expect(pasted.output).not.toContain('does not run');
  });

  test('say of a delivery that nobody carries on how it is started again', async () => {
    const parcel = await lab.parcel({}, false);
    const { workflowId } = await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await eventually(async () =>
        (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes('order-not-found'),
      );
      return handle;
    });
    await lab.terminate(workflowId);
    const { output } = await run(whyCommand(), parcel.trackingNo);
    expect(output).toContain('FAILS NOW: workflow does not run (TERMINATED)');
    expect(output).toMatch(new RegExp(`\nnext       npx waybell retry ${workflowId}$`));
    const dry = await run(linkCommand(), parcel.trackingNo, parcel.orderId, '--dry-run');
    expect(dry.output).toMatch(/\nwould wake 1 delivery\n\nNothing was changed\.$/);
    const linked = await run(linkCommand(), ` ${parcel.trackingNo} `, parcel.orderId);
    expect(linked.output).toMatch(
      new RegExp(
        [
          `^parcel     yto ${parcel.trackingNo}`,
          `order      ${parcel.orderId}`,
          'woken      .+',
          '',
          `next       npx waybell why ${parcel.trackingNo}$`,
        ].join('\n'),
      ),
    );
    await lab.withWorker(async () => {
      expect((await run(retryCommand(), workflowId)).code).toBe(0);
      await lab.temporal.client.workflow.getHandle(workflowId).result();
    });
  });

  test('end with exit code 1 where the ledger does not close, and name what is missing', async () => {
    const parcel = await lab.parcel({ user: 1, merchant: 0 });
    const workflowId = `delivery/own-system/yto/${parcel.trackingNo}/lost`;
    await lab.db.pool.query(
      `insert into waybell.webhooks (id, source, channel, received_at, media_type, body, verdict, flaws, workflow_ids)
       values ('lost', 'own-system', '', now() - interval '1 minute', 'application/json', '', 'read', '[]', array[$1])`,
      [workflowId],
    );
    const { code, output } = await run(ledgerCommand(), '--since', '1h');
    expect(code).toBe(1);
    expect(output).toContain(`${workflowId}: accepted, and neither in the database nor in Temporal`);
    await lab.db.pool.query(`delete from waybell.webhooks where id = 'lost'`);
  });

  test.each([
    [['YT-nobody'], 'Waybell refuses (404): no delivery is named YT-nobody'],
    [['--query', 'Carrier='], /^Waybell refuses \(400\): ./],
    [['--query', 'Carrier="yto"', 'YT-1'], 'Name deliveries, or give --query.'],
    [[], 'Name deliveries, or give --query.'],
    [['a', '--rate', '201'], 'It must be at most 200.'],
  ])('retry %j is refused in one sentence', async (args, sentence) => {
    await expect(run(retryCommand().exitOverride(), ...args)).rejects.toThrow(sentence);
  });

  test('a dry run of a query tells runs from deliveries', async () => {
    const parcel = await lab.parcel();
    const closing = { limits: { ...LIMITS, retry: 100 } };
    await lab.withWorker(async () => {
      const first = await lab.start(parcel, 'delivered', 1, closing);
      await first.result();
      for (const operator of ['ann', 'li']) {
        const retryOf = { operator, runId: first.firstExecutionRunId };
        await (await lab.start(parcel, 'delivered', 1, { ...closing, retryOf })).result();
      }
      const query = `TrackingNo="${parcel.trackingNo}"`;
      await eventually(async () => (await lab.temporal.client.workflow.count(query)).count === 3);
      const { code, output } = await run(retryCommand(), '--query', query, '--dry-run');
      expect(output.split('\n')).toEqual([
        '3 runs of deliveries found, nothing changed:',
        `${first.workflowId}: nothing to retry: every push was accepted, and no other device is registered`,
        'and 2 more runs, of these deliveries or of others that were not looked at',
      ]);
      expect(code).toBe(1);
    });
  });

  test('a retry says each refusal once, also where there are more than the API shows at once', async () => {
    const nobodies = Array.from({ length: 1_010 }, (_, index) => `nobody-${index}`);
    const names = ['delivery/of/nobody/2', ...nobodies];
    await lab.withWorker(async () => {
      const { code, output } = await run(retryCommand(), ...names);
      expect(code).toBe(1);
      const refusals = output.split('\n').flatMap((line) => /^(\S+): /.exec(line)?.[1] ?? []);
      expect(refusals.sort()).toEqual(names.sort());
    });
    const dry = await run(retryCommand(), 'delivery/of/nobody/2', 'nobody-0', '--dry-run');
    expect(dry).toMatchObject({ code: 1, output: expect.stringContaining('nobody-0: no delivery has') });
  });

  test('a retry is followed over a restart of the API, also behind a proxy', async () => {
    /** What each look at the progress meets, the first one first; then the API is back. */
    const meets: ((response: ServerResponse) => unknown)[] = [
      (response) => response.destroy(),
      (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
        response.write('{"ok":', () => response.destroy());
      },
    ];
    const proxy = createServer((request, response) => {
      const meet = request.method === 'GET' ? meets.shift() : undefined;
      if (meet) return void meet(response);
      const { method, headers } = request;
      const onward = forward(api.url + (request.url ?? ''), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    process.env['PORT'] = String((proxy.address() as AddressInfo).port);
    const nobodies = ['delivery/of/nobody/3', 'delivery/of/nobody/4'];
    const retried = lab.withWorker(() => run(retryCommand(), ...nobodies));
    const { code, output } = await retried.finally(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    expect(meets).toEqual([]);
    expect(code).toBe(1);
    expect(output).toContain('2 deliveries: 0 try again, 0 started again, 2 refused.');
  });

  test('a retry by a user without a name, as containers have them, is kept with the number', async () => {
    jest.spyOn(os, 'userInfo').mockImplementation(() => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    });
    await lab.withWorker(async () => {
      const { output } = await run(retryCommand(), 'delivery/of/nobody/1', 'delivery/of/nobody/2');
      expect(output).toContain('2 deliveries: 0 try again, 0 started again, 2 refused.');
      const [, bulkRetryId = ''] = /(bulk-retry%2F[\w-]+)/.exec(output) ?? [];
      const retried = lab.temporal.client.workflow.getHandle(decodeURIComponent(bulkRetryId));
      expect((await retried.describe()).memo).toMatchObject({ operator: `user ${process.getuid?.()}` });
    });
  });

  test('say what an erasure would take, ask before it begins, and say what is left when it is done', async () => {
    const parcel = await lab.parcel({ user: 2 });
    const planned = await run(eraseCommand(), '--user', parcel.userId, '--dry-run', '--yes');
    expect(planned.output).toMatch(/^1 parcel, nothing changed.+\n {2}devices +2\n(.+\n)*Would be left:\n/);
    await expect(run(eraseCommand(), '--user', parcel.userId)).rejects.toThrow('give --yes');
    const { pool } = lab.db;
    // No worker is here: what it would do is done in its place.
    const done = eventually(async () => {
      const { rows } = await pool.query<{ id: string }>(
        `update waybell.erasures set done_at = now(), subject = null, parcels = 1, erased = '{"devices": 2}' returning id`,
      );
      return rows[0]?.id;
    });
    const erased = await run(eraseCommand(), '--user', parcel.userId, '--yes');
    expect(erased.output).toMatch(/1 parcel\. Gone:\n {2}devices +2\nLeft:/);
    const id = await done;
    await eventually(() => lab.temporal.client.workflow.getHandle(`erasure/${id}`).terminate());
  });

  test('say that nothing was accepted about a parcel, and that no such journal is missing', async () => {
    const nobody = await run(whyCommand(), ' YT-nobody ');
    expect(nobody.code).toBe(4);
    expect(nobody.output).toMatch(/^Nothing is known of YT-nobody: no webhook .+\n/);
    expect(nobody.output).toContain(`"order_id"::text = 'YT-nobody' or "tracking_no" = 'YT-nobody';`);
    expect((await run(whyCommand(), '138 0013 8000')).output).toContain('Waybell keeps no telephone numbers');
    await expect(run(forgetJournalCommand(), 'no/such')).rejects.toThrow(
      'Waybell refuses (404): no journal no/such is missing',
    );
  });

  test('list the parcels of an order that nobody was told anything of, and say where to look', async () => {
    const { orderId, trackingNo } = await lab.parcel();
    const { code, output } = await run(whyCommand(), orderId);
    expect(code).toBe(0);
    expect(output.split('\n').slice(0, 2)).toEqual([
      `Nobody was told anything of the order ${orderId}. The shop has for it:`,
      `  yto ${trackingNo}: nothing was heard of it`,
    ]);
    expect(output).toMatch(/\nnext {7}npx waybell channels list$/);
  });

  test('say so where the API key is wrong, and where Waybell does not run', async () => {
    process.env['API_KEYS'] = 'w'.repeat(48);
    await expect(run(ledgerCommand(), '--since', '1h')).rejects.toThrow(
      'Waybell refuses (401): this API key is not known, or has ended (commands send the first key of API_KEYS)',
    );
    delete process.env['API_KEYS'];
    await expect(run(whyCommand(), 'YT-1')).rejects.toThrow(
      'Waybell refuses (401): send Authorization: Bearer <key> or X-Api-Key (commands send the first key of API_KEYS)',
    );
    const stranger = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    process.env['PORT'] = String((stranger.address() as AddressInfo).port);
    await expect(run(attentionCommand())).rejects.toThrow('is no Waybell of this version.');
    stranger.close();
    const [port] = await freePorts(1);
    process.env['PORT'] = String(port);
    await expect(run(attentionCommand())).rejects.toThrow(
      `Waybell does not answer at http://127.0.0.1:${port}: start it with npm start, or say with DATA_DIR or PORT which one is meant.`,
    );
  });
});
