import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatChannels, parseChannels, type StoredChannel } from './channels/file';

/** A change takes milliseconds; a stalling disk gets time. */
const LOCK_PATIENCE_MS = 10_000;
const LOCK_INTERVAL_MS = 20;

/** Its owner only: it holds secrets. */
const MODE = 0o600;

export type ChangeChannels = (channels: readonly StoredChannel[]) => readonly StoredChannel[];

/**
 * The channels of `file`; none when it is missing.
 * @throws {Error} that says what is wrong, and no value of it.
 */
export async function readChannelsFile(file: string): Promise<readonly StoredChannel[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read: ${cause.message}.`, { cause });
  });
  if (text === undefined) return [];
  const parsed = parseChannels(text);
  if ('problem' in parsed) throw new Error(`${file} is not a file of channels: ${parsed.problem}.`);
  return parsed.channels;
}

/**
 * Replaces the channels of `file` by what `change` makes of them: readers see all of it or nothing, and of two
 * writers the second one changes what the first one wrote. The new content is written into the lock, which then
 * takes the place of the file.
 * @throws {Error} what `change` throws; then nothing has changed.
 */
export async function changeChannelsFile(file: string, change: ChangeChannels): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const lock = `${file}.lock`;
  const handle = await takeLock(lock);
  try {
    const content = formatChannels(change(await readChannelsFile(file)));
    await keepOwner(handle, file);
    await handle.writeFile(content);
    await handle.sync();
    await rename(lock, file);
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Never taken over by force: which process a lock is of cannot be told when containers share the folder. */
async function takeLock(lock: string): Promise<FileHandle> {
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await open(lock, 'wx', MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `${lock} exists: another command changes the channels, or was killed while it did. If none runs, delete that file.`,
      );
    }
    await sleep(LOCK_INTERVAL_MS);
  }
}

/** Root may add a channel; the API that reads it is seldom root. */
async function keepOwner(handle: FileHandle, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(file).catch(() => stat(path.dirname(file)));
  await handle.chown(uid, gid);
}
