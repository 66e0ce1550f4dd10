import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { providersCommand } from '../../src/cli/providers';
import { receiversCommand } from '../../src/cli/receivers';
import { wordsCommand } from '../../src/cli/words';
import { loadConfig, SettingsError } from '../../src/config/config';
import { serveDeliveries } from '../api/delivery-api';
import { eventually, useLab } from '../setup/delivery-lab';
import { run } from './run-command';

const lab = useLab();

let written: string[];
const before = { ...process.env };
beforeEach(() => {
  written = [];
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => written.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

type Sent = readonly [word: string, text: string];

/** Sends scans to an API with this STATUS_MAP; gives what each was read as, and what `waybell words` then says. */
async function sendUnder(
  statusMap: string,
  scans: readonly Sent[],
  ...args: string[]
): Promise<{ readAs: unknown[]; output: string }> {
  const api = await serveDeliveries(lab, { config: loadConfig({ STATUS_MAP: statusMap }) });
  try {
    const trackingNo = `YT${randomBytes(4).toString('hex').toUpperCase()}`;
    const readAs: unknown[] = [];
    for (const [status, text] of scans) {
      const scan = { carrier: 'yto', tracking_no: trackingNo, status, event_text: text };
      const { json } = await api.call('POST', '/webhook/express/status', {
        json: { ...scan, event_time: '2026-03-02 10:00:00', event_id: randomBytes(4).toString('hex') },
      });
      readAs.push(json['status_known'] === true ? json['status'] : 'unknown');
    }
    await eventually(async () => {
      // What nobody knows is a digest until the archive has written the word.
      const { rows } = await lab.db.pool.query<{ updates: number; digests: number; words: number }>(
        `select count(distinct u.workflow_id)::int as updates,
                (count(e.id) filter (where e.raw_status ~ '^#'))::int as digests,
                (select count(*)::int from waybell.scan_texts where tracking_no = $1 and word is not null) as words
           from waybell.express_updates u left join waybell.platform_express_events e using (workflow_id)
          where u.workflow_id like '%/' || $1 || '/%'`,
        [trackingNo],
      );
      const [stored] = rows;
      return stored?.updates === scans.length && stored.words >= stored.digests;
    });
    process.env['PORT'] = new URL(api.url).port;
    await wordsCommand().parseAsync(args, { from: 'user' });
    return { readAs, output: written.splice(0).join('\n') };
  } finally {
    await api.close();
  }
}

/** What a shell makes of the line that was printed. */
function pasted(output: string): string {
  const line = output.split('\n').find((one) => one.startsWith('STATUS_MAP=')) ?? '';
  return execFileSync('sh', ['-c', `${line}\nprintf %s "$STATUS_MAP"`]).toString();
}

const HOSTILE = 'it\'s "$(id)" `id` \\ end';

describe('waybell words', () => {
  test('says so when there is nothing to explain', async () => {
    await lab.withWorker(async () => {
      const { output } = await sendUnder('{}', [['in_transit', '']]);
      expect(output).toBe('Every word that was seen is in a table, and none is corrected.');
    });
  });

  test('lists what nobody knows, and the line that it prints does map it, once a person has chosen', async () => {
    const scans: Sent[] = [
      ['驿站暂存', '快件已暂存'],
      ['驿站暂存', '电话 13800138000 已暂存'],
      [HOSTILE, ''],
      ['收件人张三 13800138000', ''],
    ];
    const held = '{"派件":"out_for_delivery","own-system/delivered":"available_for_pickup"}';
    await lab.withWorker(async () => {
      const { readAs, output } = await sendUnder(held, [
        ...scans,
        ['delivered', 'at the door'],
        ['派件', ''],
      ]);
      expect(readAs).toEqual([...scans.map(() => 'unknown'), 'available_for_pickup', 'out_for_delivery']);
      expect(output).toMatch(
        /own-system\/驿站暂存 {2}2 times: UNKNOWN, moves nothing\n {2}last 2026-03-\d\d \d\d:00 \(.+ ago\)/,
      );
      expect(output).toContain(
        'own-system/delivered  once: available_for_pickup by STATUS_MAP, which corrects its table\n',
      );
      expect(output).not.toMatch(/13800138000|张三|\u202e|\u200b|own-system\/派件 /);

      const setting = pasted(output);
      expect(JSON.parse(setting)).toEqual({
        ...(JSON.parse(held) as object),
        'own-system/驿站暂存': '?',
        [`own-system/${HOSTILE}`]: '?',
        'own-system/收件人*** ***': '?',
      });
      expect(() => loadConfig({ STATUS_MAP: setting })).toThrow(SettingsError);

      const chosen = setting.replaceAll('"?"', '"in_transit"');
      const mapped = await sendUnder(chosen, scans);
      expect(mapped.readAs).toEqual(scans.map(() => 'in_transit'));
      expect(mapped.output).not.toContain('UNKNOWN');
      expect(mapped.output).not.toContain('STATUS_MAP=');
      expect(mapped.output).toContain('own-system/驿站暂存  4 times: in_transit by STATUS_MAP\n');

      const forPrograms = await sendUnder('{}', [], '--json', '--limit', '2');
      expect(forPrograms.output).not.toMatch(/[\u202e\u200b]/);
      expect(JSON.parse(forPrograms.output)).toMatchObject({
        ok: true,
        words: [
          { word: '驿站暂存', standing: 'unknown', means: null, count: 4, last_read_as: 'in_transit' },
          { standing: 'unknown' },
        ],
        statuses: expect.arrayContaining(['delivered']),
      });
    });
  });

  test('offers to say that a word means nothing', async () => {
    await lab.withWorker(async () => {
      const { output } = await sendUnder('{}', [['已打印面单', '']]);
      expect(output).toContain('or null, without quotes, for a word that says nothing about the parcel.');
      const silent = await sendUnder('{"own-system/已打印面单":null}', [['已打印面单', '']]);
      expect(silent.output).toContain('own-system/已打印面单  2 times: nothing by STATUS_MAP\n');
    });
  });
});

test('a Waybell that does not answer keeps nobody waiting who asks what it has in a table', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  process.env['PORT'] = String((silent.address() as AddressInfo).port);
  const soon = AbortSignal.timeout(200);
  for (const command of [wordsCommand(), providersCommand(), receiversCommand()]) {
    jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(soon);
    const args = command.name() === 'words' ? [] : ['list'];
    await expect(run(command, ...args)).rejects.toThrow('has not answered within 10 s: npx waybell doctor');
  }
  silent.closeAllConnections();
  silent.close();
});
