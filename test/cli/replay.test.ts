import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { insertWebhooks } from '../../src/database/webhook-archive';
import { journalId } from '../../src/intake/journal-entry';
import { unique } from '../api/api-lab';
import { useDatabase } from '../setup/database';
import { connectTemporal } from '../setup/temporal';
import { use } from '../setup/use';
import { runProduct } from '../start/product';

describe('waybell replay', () => {
  const db = useDatabase();
  const temporal = use(connectTemporal);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-replay-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function replay(
    args: readonly string[],
    more: Record<string, string> = {},
  ): Promise<{ code: number | null; bars: string[]; output: string }> {
    const product = runProduct(['replay', ...args], {
      DATA_DIR: folder,
      DATABASE_URL: db.url,
      TEMPORAL_ADDRESS: temporal.address,
      CLOUD_FUNC_URL: 'http://127.0.0.1:9/push',
      UNSIGNED_WEBHOOKS: 'allow',
      ...more,
    });
    const code = await product.exitCode;
    const lines = product.output().split('\n');
    const bars = lines.filter((line) => /^[=-]+ \d+ of \d+ webhooks$/.test(line));
    return { code, bars, output: lines.filter((line) => !bars.includes(line)).join('\n') };
  }

  test('says what it would do, does it, and then finds it done', async () => {
    const trackingNo = `YT${unique()}`;
    const scan = { carrier: 'yto', tracking_no: trackingNo, status: '揽收了', event_text: '已揽收' };
    const body = Buffer.from(JSON.stringify({ ...scan, event_time: '2026-02-06 10:11:00' }));
    const stored = {
      ...{ source: 'own-system', channel: '', mediaType: 'application/json', flaws: [], workflowIds: [] },
      verdict: 'read' as const,
    };
    const [now, before] = [Date.now(), Date.now() - 3 * 3_600_000];
    await insertWebhooks(db.pool, [
      { ...stored, id: journalId(now), receivedAt: new Date(now), body },
      { ...stored, id: journalId(before), receivedAt: new Date(before), body: Buffer.from('{') },
    ]);
    const settings = { STATUS_MAP: '{"揽收了":"picked_up"}' };

    expect(await replay(['--source', 'sf', '--dry-run'])).toEqual({
      code: 0,
      bars: expect.arrayContaining([expect.stringContaining(' 0 of 0 webhooks')]),
      output: 'There is no such webhook in the archive.\n',
    });
    expect(await replay(['--dry-run'], settings)).toEqual({
      code: 0,
      bars: expect.arrayContaining([expect.stringContaining(' 2 of 2 webhooks')]),
      output:
        '2 webhooks read again, 1 updates, 1 of them say something new. 1 webhooks are still only partly understood. Nothing was started: leave out --dry-run to submit them.\n',
    });
    for (const args of [[], ['--source', 'kuaidi'], ['--channel']])
      expect((await replay(args, settings)).code).toBe(2);
    const recent = ['--source', 'own-system', '--since', '2h'];
    const read = '1 webhooks read again, 1 updates, 1 of them say something new.';
    expect(await replay(recent, settings)).toMatchObject({
      code: 0,
      output: `${read} 1 deliveries started, 0 known already.\n`,
    });
    expect(await replay(recent, settings)).toMatchObject({
      code: 0,
      output: `${read} 0 deliveries started, 1 known already.\n`,
    });

    const running = temporal.client.workflow.list({ query: `TrackingNo = '${trackingNo}'` });
    const ids: string[] = [];
    for await (const { workflowId } of running) ids.push(workflowId);
    expect(ids).toEqual([expect.stringMatching(`^delivery/own-system/yto/${trackingNo}/`)]);
    await temporal.client.workflow.getHandle(ids[0] ?? '').terminate();
  });

  test.each(['yesterday', '36', '2026-02-30', '7w', ''])('refuses the moment "%s"', async (moment) => {
    const { code, output } = await replay(['--since', moment, '--dry-run']);
    expect(code).toBe(2);
    expect(output).toContain('write 36h, 7d, 2026-03-02 or 2026-03-02T10:00:00+08:00.');
  });
});
