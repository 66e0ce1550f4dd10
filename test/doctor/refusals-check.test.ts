import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { addChannelTraffic, NO_CHANNEL, type CountedChannel } from '../../src/database/channel-traffic';
import { inTransaction } from '../../src/database/pool';
import { refusals } from '../../src/doctor/checks/refusals';
import { storedChannel } from '../intake/own-channel';
import { away, levels, messages, useDoctorLab } from './doctor-lab';

const lab = useDoctorLab();

const now = new Date();

/** Counts of the hour, as the API writes them. */
function counted(accepted: number, refused: number, change: Partial<CountedChannel> = {}): CountedChannel {
  return {
    ...{ source: 'easypost', channel: 'main' },
    acceptedAt: accepted > 0 ? now : null,
    refusedAt: refused > 0 ? now : null,
    refusedInARow: accepted > 0 ? 0 : refused,
    spans: [{ span: now, accepted, refused }],
    refusals: [
      {
        ...{ reason: 'header-mismatch', place: 'x-hmac-signature', found: '', address: '203.0.113.7' },
        ...{ trackingNo: '', times: refused, firstAt: now, lastAt: now },
      },
    ],
    ...change,
  };
}

const came = (...channels: CountedChannel[]): Promise<void> =>
  inTransaction(lab.db.pool, (db) => addChannelTraffic(db, channels));

beforeEach(async () => {
  await lab.db.pool.query(
    'delete from waybell.channel_states; delete from waybell.channel_spans; delete from waybell.channel_refusals',
  );
  const file = { version: 1, channels: [storedChannel()] };
  await writeFile(path.join(lab.dataDir, 'channels.json'), JSON.stringify(file));
});

describe('the check of what channels refuse', () => {
  test('is content where nothing was refused, or nothing came', async () => {
    expect(levels(await lab.findings(refusals))).toEqual(['ok']);
    await came(counted(10, 0, { refusals: [] }));
    expect(levels(await lab.findings(refusals))).toEqual(['ok']);
  });

  test('finds a channel that refuses everything, says why and from where, and what to do', async () => {
    await came(counted(0, 4));
    expect(await lab.findings(refusals)).toEqual([
      {
        check: 'channels',
        level: 'problem',
        message: `easypost main refused 4 of 4 in the last hour: the signature does not fit (header x-hmac-signature); the last at ${now.toISOString()} from 203.0.113.7.`,
        fix: 'waybell channels rotate easypost main --secret-stdin, with the secret that stands at EasyPost',
      },
    ]);
  });

  test('warns of a channel that refuses a part, and calls it a problem once three come in a row', async () => {
    await came(counted(10, 2));
    expect(await lab.findings(refusals)).toMatchObject([
      {
        level: 'warning',
        message: expect.stringContaining('easypost main refused 2 of 12 in the last hour'),
      },
    ]);
    await came(counted(0, 3));
    expect(levels(await lab.findings(refusals))).toEqual(['problem']);
  });

  test('says nothing of a channel that is removed', async () => {
    await came(counted(0, 4, { channel: 'removed' }));
    expect(levels(await lab.findings(refusals))).toEqual(['ok']);
  });

  const strange = (reason: string, source = 'easypost'): CountedChannel =>
    counted(0, 40, {
      source,
      channel: NO_CHANNEL,
      refusals: counted(0, 40).refusals.map((one) => ({ ...one, reason, place: '' })),
    });

  test('warns of strangers where webhooks are accepted, and calls them a problem where nothing else comes', async () => {
    await came(strange('channel-unknown'));
    expect(await lab.findings(refusals)).toMatchObject([
      {
        level: 'problem',
        message: expect.stringMatching(
          /^40 request\(s\) in the last day said that they are of EasyPost, .+: the URL belongs to no channel; .+ No webhook was accepted in that time\.$/,
        ),
        fix: expect.stringContaining('Compare the URL that was entered at EasyPost'),
      },
    ]);
    await came(counted(1, 0, { refusals: [] }));
    expect(levels(await lab.findings(refusals))).toEqual(['warning']);
  });

  test('asks for a secret of WEBHOOK_SECRETS at the shop’s own route', async () => {
    await came(strange('header-mismatch', 'own-system'));
    expect(await lab.findings(refusals)).toMatchObject([
      { level: 'problem', fix: 'Let the sender sign with one of WEBHOOK_SECRETS.' },
    ]);
  });

  test('cannot look while PostgreSQL is away, and says so', async () => {
    const found = await lab.findings(refusals, {}, { database: away('PostgreSQL') });
    expect(messages(found)).toContain('Not looked at: PostgreSQL does not answer.');
  });
});
