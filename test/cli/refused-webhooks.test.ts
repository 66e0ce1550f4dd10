import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Command } from 'commander';
import { channelsCommand } from '../../src/cli/channels';
import { clock } from '../../src/cli/moments';
import { whyCommand } from '../../src/cli/why';
import { loadConfig } from '../../src/config/config';
import { addChannelTraffic, NO_CHANNEL } from '../../src/database/channel-traffic';
import { inTransaction } from '../../src/database/pool';
import { changeChannelsFile } from '../../src/intake/channels/file';
import { openApiLab, type Api, type ApiLab } from '../api/api-lab';
import { storedChannel } from '../intake/own-channel';
import { use } from '../setup/use';

const KEY = 'k'.repeat(48);
const at = new Date(Math.floor(Date.now() / 1000) * 1000);
const minute = clock(at);
/** How long ago depends on how long this suite takes. */
const withoutAgo = (output: string): string => output.replace(/\(\d+ (?:sec|min) ago\)/g, 'AGO');

const lab: ApiLab = use(openApiLab);
const api: Api = use(() => lab.serve({}, { config: loadConfig({ API_KEYS: KEY }) }));
let folder: string;
let written: string[];
const before = { ...process.env };

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybell-refused-'));
  Object.assign(process.env, { PORT: new URL(api.url).port, API_KEYS: KEY, DATA_DIR: folder });
  const write = (line: unknown): number => written.push(String(line));
  jest.spyOn(console, 'log').mockImplementation(write);
  jest.spyOn(console, 'error').mockImplementation(write);
  await changeChannelsFile(path.join(folder, 'channels.json'), () => [storedChannel()]);
  const refusal = {
    ...{ reason: 'header-mismatch', place: 'x-hmac-signature', found: '', address: '203.0.113.7' },
    ...{ trackingNo: 'EZ1000000001', times: 4, firstAt: at, lastAt: at },
  };
  const state = { source: 'easypost', refusedAt: at, refusedInARow: 4 };
  await lab.db.pool.query('delete from waybell.channel_states; delete from waybell.channel_refusals');
  await lab.db.pool.query('delete from waybell.channel_spans');
  await inTransaction(lab.db.pool, (db) =>
    addChannelTraffic(db, [
      {
        ...{ ...state, channel: 'main', acceptedAt: null },
        ...{ spans: [{ span: at, accepted: 6, refused: 4 }], refusals: [refusal] },
      },
      {
        ...{ ...state, channel: NO_CHANNEL, acceptedAt: null },
        spans: [{ span: at, accepted: 0, refused: 9 }],
        refusals: [{ ...refusal, reason: 'channel-unknown', place: '', trackingNo: '', times: 9 }],
      },
    ]),
  );
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = { ...before };
  await rm(folder, { recursive: true });
});

/** A command as `waybell` runs it. */
async function run(command: Command, ...args: string[]): Promise<string> {
  written = [];
  await command.parseAsync(args, { from: 'user' });
  return written.join('\n');
}

describe('what was refused', () => {
  test('stands in the list of channels, with why and from where; then what came to no channel', async () => {
    const [headings, row, ...rest] = withoutAgo(await run(channelsCommand(), 'list')).split('\n');
    expect(headings).toMatch(/^source .+ created +last accepted {2}last refused +refused in a day$/);
    expect(row).toMatch(new RegExp(`^easypost {2}main .+ never {10}${minute} {2}4 of 10$`));
    expect(rest).toEqual([
      '',
      'Refused, the newest first:',
      'easypost, of strangers',
      `  9 x ${minute} AGO from 203.0.113.7: the URL belongs to no channel`,
      'easypost main',
      `  4 x ${minute} AGO from 203.0.113.7 EZ1000000001: the signature does not fit (header x-hmac-signature)`,
    ]);
  });

  test('stands there for programs too', async () => {
    expect(JSON.parse(await run(channelsCommand(), 'list', '--json'))).toMatchObject([
      {
        source: 'easypost',
        name: 'main',
        traffic: { refused_in_a_row: 4, day: { accepted: 6, refused: 4 } },
      },
    ]);
  });

  test('is left out, and that is said, while the API does not answer', async () => {
    process.env['PORT'] = '1';
    const output = await run(channelsCommand(), 'list');
    expect(output).toContain('What came through the channels cannot be shown: Waybell does not answer');
    expect(output).toMatch(/^easypost {2}main {2}1 {8}1 {5}20\S+ \d\d:\d\d$/m);
  });

  test('is what is told of a number that came in nothing else', async () => {
    expect(withoutAgo(await run(whyCommand(), 'EZ1000000001'))).toBe(
      [
        'No webhook about EZ1000000001 was accepted.',
        `refused: 4 request(s) about it through easypost main, the last at ${minute} AGO from 203.0.113.7`,
        '  the signature does not fit (header x-hmac-signature)',
        '',
        'next       npx waybell doctor',
      ].join('\n'),
    );
  });
});
