import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Starts the Chromium of this machine. */
export function launchChromium(): Promise<Browser> {
  // By its defaults playwright leaves out the sandbox, which refuses root, and all traffic of Chromium's own.
  return chromium.launch({ executablePath: findChromium() });
}

/** @returns the one that CHROMIUM_PATH names, else the first on PATH. */
export function findChromium(): string {
  const { CHROMIUM_PATH } = process.env;
  if (CHROMIUM_PATH) return CHROMIUM_PATH;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
  if (found === undefined) {
    throw new Error(
      `No Chromium is on PATH (${NAMES.join(', ')}): install one (Debian: apt-get install chromium), or set CHROMIUM_PATH.`,
    );
  }
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
