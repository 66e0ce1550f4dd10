import { describe, expect, test } from '@jest/globals';
import { words } from '../../src/doctor/checks/words';
import { levels, messages, useDoctorLab } from './doctor-lab';

describe('what the doctor says of status words', () => {
  const lab = useDoctorLab();

  const see = (word: string, scans: number): Promise<unknown> =>
    lab.db.pool.query(
      `insert into waybell.platform_express_events
         (waybill_id, instance, event_key, event_time, raw_status, reading, event_text_safe, source, workflow_id)
       select 'w', 1, $1 || n, now(), $1, 'unknown', '', 'sf', '' from generate_series(1, $2) n`,
      [word, scans],
    );

  test('nothing, a few, and from ten scans on what to do', async () => {
    expect(messages(await lab.findings(words))).toBe('No status word is unknown.');
    await see('9998', 2);
    const few = await lab.findings(words);
    expect(levels(few)).toEqual(['ok']);
    expect(messages(few)).toContain('2 scan(s) are in status words that no table knows');
    await see('9999', 12);
    expect(await lab.findings(words)).toEqual([
      {
        check: 'words',
        level: 'warning',
        message:
          '14 scan(s) are in status words that no table knows, and tell nobody anything: sf/9999 (12), sf/9998 (2).',
        fix: expect.stringContaining('"waybell words"'),
      },
    ]);
    expect(levels(await lab.findings(words, { STATUS_MAP: '{"sf/9999":null}' }))).toEqual(['ok']);
  });
});
