import { IANAZone } from 'luxon';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { NoTextError, readWrittenText } from '../../config/written-text';
import { makeFolder } from '../../make-folder';
import { asItIs, type Explanation } from '../../shipment/explanation';
import { findSource } from '../../sources/registry';
import type { Source } from '../../sources/source';
import { SpokenError, WrongInputError } from '../../spoken';

/** Longer than any carrier's. */
const MAX_SECRET_LENGTH = 512;

/** Why this cannot be a secret of the source, in words that go on after its name and do not hold it. */
export function secretProblem(secret: string, source: Source | undefined): Explanation | undefined {
  if (secret === '')
    return { en: 'is empty: with an empty secret everybody can sign', zh: '是空的：用空密钥任何人都能签名' };
  if (secret.length > MAX_SECRET_LENGTH)
    return {
      en: `is longer than ${MAX_SECRET_LENGTH} characters`,
      zh: `超过 ${MAX_SECRET_LENGTH} 个字符`,
    };
  // Comes from copying, and is looked for for a long time.
  if (secret !== secret.trim()) return { en: 'begins or ends with white space', zh: '以空白开头或结尾' };
  if (/\p{Cc}/u.test(secret)) return { en: 'holds control characters', zh: '含有控制字符' };
  const form = source?.secretForm;
  if (form !== undefined && !form.pattern.test(secret))
    return { en: `must be ${form.words}`, zh: `必须是 ${form.words}` };
  return undefined;
}

/**
 * The settings file of channels. `waybell channels` writes it and people may edit it, so each reading checks
 * everything, and an unknown field too: a mistyped `expiresAt` would be a secret that never expires.
 */

const FORMAT_VERSION = 1;
/** Far above any shop; a larger file is not ours. */
const MAX_CHANNELS = 1_000;
/** Secrets, or tokens, of one channel: a rotation needs two. */
const MAX_AT_ONCE = 16;
/** All of them with all that each may have. */
const MOST_BYTES = 32 * 1024 * 1024;
/** The senders repeat for minutes to hours; a signed time of another day proves little. */
const MAX_TOLERANCE_S = 24 * 60 * 60;

/** What holds where a channel says nothing. Five minutes are what the published schemes ask for. */
export const DEFAULT_CONDITIONS = { toleranceSeconds: 300, lockerSigned: 'available_for_pickup' } as const;

const time = z.iso.datetime({ offset: true, error: 'must be a time in ISO 8601, as 2026-03-02T10:00:00Z' });
const word = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 small letters, digits and dashes, no dash first');

/** What a person decides about a channel. */
export const channelFields = {
  name: word,
  toleranceSeconds: z
    .number('must be a number of seconds')
    .int('must be whole seconds')
    .min(1, 'must be at least 1 second')
    .max(MAX_TOLERANCE_S, `must be at most a day, ${MAX_TOLERANCE_S} seconds`),
  zone: z
    .string()
    // An offset is a zone to some versions of Node.js; to a person it forgets the summer.
    .refine(
      (zone) => /^[A-Z]/i.test(zone) && IANAZone.isValidZone(zone),
      'must be an IANA zone, as Asia/Shanghai',
    ),
  lockerSigned: z.enum(['available_for_pickup', 'delivered']),
};

const storedChannel = z
  .strictObject({
    source: word,
    name: channelFields.name,
    created: time,
    tokens: z
      .array(
        z.strictObject({
          sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
          expiresAt: time.optional(),
        }),
      )
      .min(1)
      .max(MAX_AT_ONCE),
    secrets: z.array(z.strictObject({ value: z.string(), expiresAt: time.optional() })).max(MAX_AT_ONCE),
    unsigned: z.boolean().default(false),
    toleranceSeconds: channelFields.toleranceSeconds.default(DEFAULT_CONDITIONS.toleranceSeconds),
    zone: channelFields.zone.optional(),
    lockerSigned: channelFields.lockerSigned.default(DEFAULT_CONDITIONS.lockerSigned),
  })
  .superRefine(({ source, secrets, unsigned }, context) => {
    const refuse = (message: string, ...path: (string | number)[]): void =>
      context.addIssue({ code: 'custom', path, message });
    if (unsigned !== (secrets.length === 0)) refuse('needs either secrets or "unsigned": true');
    for (const [index, { value }] of secrets.entries()) {
      const problem = secretProblem(value, findSource(source));
      if (problem !== undefined) refuse(problem.en, 'secrets', index);
    }
  });

export type StoredChannel = z.infer<typeof storedChannel>;
export type ChannelConditions = Pick<StoredChannel, 'toleranceSeconds' | 'zone' | 'lockerSigned'>;

const channelsFile = z.strictObject({
  version: z.literal(FORMAT_VERSION, `must be ${FORMAT_VERSION}`),
  channels: z
    .array(storedChannel)
    .max(MAX_CHANNELS)
    .superRefine((channels, context) => {
      const names = channels.map(({ source, name }) => `${source} ${name}`);
      const hashes = channels.flatMap(({ source, tokens }) => tokens.map(({ sha256 }) => source + sha256));
      if (hasTwins(names)) context.addIssue({ code: 'custom', message: 'name the same channel twice' });
      if (hasTwins(hashes)) context.addIssue({ code: 'custom', message: 'hold the same token twice' });
    }),
});

/** The channels, or what is wrong, in words that never hold a value. */
export type ParsedChannels =
  { readonly channels: readonly StoredChannel[] } | { readonly problem: Explanation };

function parseChannels(text: string): ParsedChannels {
  if (text.trim() === '') return { problem: { en: 'it is empty', zh: '它是空的' } };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    // Only the place: the rest of the message quotes the file, which holds secrets.
    const [place = ''] = /line \d+ column \d+/.exec((error as Error).message) ?? [];
    const where = place && ` (${place})`;
    return { problem: { en: `it is not JSON${where}`, zh: `它不是 JSON${where}` } };
  }
  return check(json);
}

/** @throws {Error} where the channels are more than the file may hold. */
function formatChannels(channels: readonly StoredChannel[]): string {
  const content = { version: FORMAT_VERSION, channels };
  const checked = check(content);
  if ('problem' in checked)
    throw new WrongInputError({
      en: `This cannot be kept: ${checked.problem.en}.`,
      zh: `无法保存：${checked.problem.zh}。`,
    });
  return `${JSON.stringify(content, null, 2)}\n`;
}

function check(json: unknown): ParsedChannels {
  const parsed = channelsFile.safeParse(json);
  if (parsed.success) return { channels: parsed.data.channels };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  return { problem: asItIs(problems.join('; ')) };
}

function hasTwins(words: readonly string[]): boolean {
  return new Set(words).size < words.length;
}

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
export function readChannelsFile(file: string): Promise<readonly StoredChannel[]> {
  return new Promise((resolve) => resolve(channelsIn(file)));
}

function channelsIn(file: string): readonly StoredChannel[] {
  const text = readText(file);
  if (text === undefined) return [];
  const parsed = parseChannels(text);
  if ('problem' in parsed) throw noChannels(file, parsed.problem);
  return parsed.channels;
}

/** @returns `undefined` without such a file */
function readText(file: string): string | undefined {
  try {
    return readWrittenText(file, MOST_BYTES);
  } catch (cause) {
    if (cause instanceof NoTextError) throw noChannels(file, cause.words);
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new WrongInputError(
      { en: `${file} cannot be read: ${message}.`, zh: `无法读取 ${file}：${message}。` },
      { cause },
    );
  }
}

const noChannels = (file: string, { en, zh }: Explanation): WrongInputError =>
  new WrongInputError({
    en: `${file} is not a file of channels: ${en}.`,
    zh: `${file} 不是通道文件：${zh}。`,
  });

/**
 * Replaces the channels of `file` by what `change` makes of them: readers see all of it or nothing, and of two
 * writers the second one changes what the first one wrote. The new content is written into the lock, which then
 * takes the place of the file.
 * @throws {Error} what `change` throws; then nothing has changed.
 */
export async function changeChannelsFile(file: string, change: ChangeChannels): Promise<void> {
  await makeFolder(path.dirname(file));
  const lock = `${file}.lock`;
  const handle = await acquireLock(lock);
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
async function acquireLock(lock: string): Promise<FileHandle> {
  const deadline = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      return await open(lock, 'wx', MODE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (performance.now() > deadline) {
      throw new SpokenError({
        en: `${lock} exists: another command changes the channels, or was killed while it did. If none runs, delete that file.`,
        zh: `${lock} 已存在：另一个命令正在修改通道，或修改时被中止。如果没有命令在运行，请删除该文件。`,
      });
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
