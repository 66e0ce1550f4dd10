import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, idleSettings, SettingsError } from '../../src/config/config';
import { OBSOLETE_SETTINGS } from '../../src/config/obsolete-settings';

const SECRET = 'never-to-be-printed';

describe('settings of the old system', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybell-old-config-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function configFile(text: string): Promise<string> {
    const file = path.join(folder, 'config.json');
    await writeFile(file, text);
    return file;
  }

  test.each(Object.keys(OBSOLETE_SETTINGS).filter((name) => name !== 'CONFIG_FILE'))(
    '%s is named with what replaces it, in the environment and in the file, without its value',
    async (name) => {
      const inEnvironment = idleSettings({ [name]: SECRET });
      const inFile = idleSettings({ CONFIG_FILE: await configFile(JSON.stringify({ [name]: SECRET })) });
      expect(inEnvironment).toEqual([
        `${name} is not used any more. In its place: ${OBSOLETE_SETTINGS[name]}.`,
      ]);
      expect(inFile).toEqual([
        expect.stringContaining('CONFIG_FILE is not used any more.'),
        `${name} in the file that CONFIG_FILE names is not used any more. In its place: ${OBSOLETE_SETTINGS[name]}.`,
      ]);
      expect([...inEnvironment, ...inFile].join()).not.toContain(SECRET);
    },
  );

  test('a setting of ours in the old file is named, since the file is not read; other keys are left alone', async () => {
    // As Windows PowerShell writes it.
    const file = await configFile(
      `\uFEFF{"CLOUD_FUNC_URL": "https://${SECRET}.example", "PORT_OF_OTHERS": 1}`,
    );
    expect(idleSettings({ CONFIG_FILE: file })).toEqual([
      expect.stringContaining('CONFIG_FILE is not used any more.'),
      'CLOUD_FUNC_URL in the file that CONFIG_FILE names has no effect: set it in the environment.',
    ]);
  });

  test.each([
    ['no JSON', `{"SUPA_KEY": "${SECRET}"`],
    ['no object', `["${SECRET}"]`],
    ['enormous', ' '.repeat(2_000_000)],
  ])('a file that is %s is said to be so, without its text', async (_what, text) => {
    const lines = idleSettings({ CONFIG_FILE: await configFile(text) });
    expect(lines).toContain('The file that CONFIG_FILE names is not a JSON object that can be read.');
    expect(lines.join()).not.toContain(SECRET);
  });

  test('a file that is not there is said too', () => {
    expect(idleSettings({ CONFIG_FILE: path.join(folder, 'nowhere.json') })).toHaveLength(2);
  });

  test('nothing is said where nothing is left of it', () => {
    expect(idleSettings({ PATH: '/bin', SUPA_URL: '', DATABASE_URL: 'postgresql://shop' })).toEqual([]);
  });

  test('explain a refusal to start', () => {
    const start = (): unknown => loadConfig({ NODE_ENV: 'production', SUPA_URL: `https://${SECRET}` });
    expect(start).toThrow(SettingsError);
    expect(start).toThrow(
      /DATABASE_URL: required.*SUPA_URL is not used any more\. In its place: DATABASE_URL/s,
    );
    expect(start).not.toThrow(SECRET);
  });
});
