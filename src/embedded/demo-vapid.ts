import { createECDH, randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config';
import { makeFolder } from '../make-folder';

/** RFC 8292 wants somebody to write to; nobody runs a demo. */
const SUBJECT = 'mailto:demo@waybell.invalid';

/**
 * The settings with a VAPID key when the demo page is shown and none is set, so that browsers can subscribe there. It
 * is made once in DATA_DIR: a subscription is worth nothing without the key that it was made with.
 */
export async function withDemoVapidKey(config: Config): Promise<Config> {
  const { cloudFunctionUrl, push, dataDir } = config;
  if (cloudFunctionUrl !== undefined || push.VAPID_PRIVATE_KEY !== undefined) return config;
  const vapid = { VAPID_PRIVATE_KEY: await keyIn(dataDir), VAPID_SUBJECT: SUBJECT };
  return { ...config, push: { ...push, ...vapid } };
}

async function keyIn(dataDir: string): Promise<string> {
  const file = path.join(dataDir, 'demo-vapid-key');
  const draft = `${file}.${randomUUID()}`;
  const curve = createECDH('prime256v1');
  curve.generateKeys();
  await makeFolder(dataDir);
  await writeFile(draft, curve.getPrivateKey('base64url'), { mode: 0o600 });
  try {
    // All of it or nothing, and never over the key of another process.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return readFile(file, 'utf8');
}
