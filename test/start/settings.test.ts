import { describe, expect, test } from '@jest/globals';
import { runProduct } from './product';

async function refusal(settings: Record<string, string>): Promise<string> {
  const product = runProduct(['start'], settings);
  expect(await product.exitCode).toBe(2);
  return product.output();
}

describe('waybell start with wrong settings', () => {
  test('names every wrong variable at once, and shows no value', async () => {
    const output = await refusal({
      PORT: 'seven',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://me:very-secret@db/shop',
      CLOUD_FUNC_URL: 'https://push.example/send',
      API_KEYS: 'too-short',
      UNSIGNED_WEBHOOKS: 'allow',
    });
    expect(output.split('\n').slice(0, -1)).toEqual([
      'Waybell cannot start with these settings:',
      expect.stringMatching(/^ {2}- LOG_LEVEL: /),
      expect.stringMatching(/^ {2}- PORT: /),
      '  - DATABASE_URL: must be a postgresql:// URL',
      '  - API_KEYS: every key needs at least 24 characters',
    ]);
    expect(output).not.toMatch(/seven|loud|very-secret|too-short/);
  });

  test('says the one line that settings of yesterday miss', async () => {
    const output = await refusal({
      DATABASE_URL: 'postgresql://127.0.0.1:1/shop',
      CLOUD_FUNC_URL: 'https://push.example/send',
      API_KEYS: '0b64f7f1f4c2a7d0c7a84c9e1d3b5f62',
    });
    expect(output).toBe(
      [
        'Waybell cannot start with these settings:',
        '  - WEBHOOK_SECRETS: required when DATABASE_URL is set; set UNSIGNED_WEBHOOKS=allow to accept unsigned webhooks all the same',
        '',
      ].join('\n'),
    );
  });

  test('production without a database and a Temporal server of its own is refused', async () => {
    const output = await refusal({ NODE_ENV: 'production' });
    expect(output).toContain('DATABASE_URL: required when NODE_ENV=production');
    expect(output).toContain('TEMPORAL_ADDRESS: required when NODE_ENV=production');
  });

  test('a database of its own needs a cloud function of its own, and no open registration', async () => {
    const output = await refusal({
      DATABASE_URL: 'postgresql://127.0.0.1:1/shop',
      DEVICE_REGISTRATION: 'open',
    });
    expect(output).toContain('CLOUD_FUNC_URL: required when DATABASE_URL is set');
    expect(output).toContain('DEVICE_REGISTRATION: open is for the embedded parts');
  });
});
