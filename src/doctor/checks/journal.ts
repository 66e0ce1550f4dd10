import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config/config';
import { listJournals, type KnownJournal } from '../../database/journals';
import { inTransaction } from '../../database/pool';
import { findPendingMigrations } from '../../database/schema/migrate';
import { takesRequests } from '../../process/locks';
import { healthUrl } from '../../process/places';
import { ok, problem, warning, type Check, type Seen } from '../check';

const MB = 1024 * 1024;
/** Temporal takes an entry within milliseconds; one that is older is stuck. */
const STUCK_S = 60;
const NEARLY_FULL = 0.8;
const ANSWER_TIMEOUT_MS = 3_000;

const readiness = z.object({
  journal: z.object({ waiting: z.number(), oldest_seconds: z.number() }).optional(),
});

/** Whether the journal can be written, how full it is, and whether what it holds goes on. */
export const journal: Check = {
  name: 'journal',
  async run({ config, running }) {
    const folder = path.join(config.dataDir, 'journal');
    const writable = await writableFolder(folder);
    const api = running.find(({ role }) => takesRequests(role));
    return [
      ...writable,
      ...(await roomFor(config, folder)),
      ...(api === undefined ? [] : await handedOver(healthUrl(config, api.role))),
    ];
  },
};

/** The folder itself, or the one in which it would be made. */
async function writableFolder(folder: string): Promise<Seen[]> {
  try {
    await access(await nearestExisting(folder), constants.W_OK | constants.X_OK);
    return [ok({ en: `${folder} can be written.`, zh: `${folder} 可以写入。` })];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [
      problem(
        {
          en: `${folder} cannot be written (${code}): no webhook can be taken.`,
          zh: `${folder} 无法写入（${code}）：不能接收任何 webhook。`,
        },
        {
          en: 'Give it to the user that runs Waybell, or set DATA_DIR.',
          zh: '请把它交给运行 Waybell 的用户，或设置 DATA_DIR。',
        },
      ),
    ];
  }
}

/** The folder, or the nearest one above it that is there. */
export async function nearestExisting(folder: string): Promise<string> {
  for (let place = folder; ; place = path.dirname(place)) {
    const isThere = await stat(place).then(
      () => true,
      () => false,
    );
    if (isThere || place === path.dirname(place)) return place;
  }
}

async function roomFor({ maxJournalBytes }: Config, folder: string): Promise<Seen[]> {
  const held = await bytesIn(folder);
  const { bavail, bsize } = await statfs(await nearestExisting(folder));
  const free = bavail * bsize;
  const [heldMb, mostMb, freeMb] = [Math.ceil(held / MB), maxJournalBytes / MB, Math.floor(free / MB)];
  const sizes = {
    en: `${heldMb} MB of at most ${mostMb} MB; the disk has ${freeMb} MB left`,
    zh: `已用 ${heldMb} MB，最多 ${mostMb} MB；磁盘还剩 ${freeMb} MB`,
  };
  if (held > NEARLY_FULL * maxJournalBytes) {
    return [
      problem(
        { en: `The journal is nearly full: ${sizes.en}.`, zh: `日志簿快满了：${sizes.zh}。` },
        {
          en: 'Bring Temporal and PostgreSQL back, which empty it; or raise JOURNAL_MAX_MB.',
          zh: '请恢复 Temporal 和 PostgreSQL，它们会把日志簿清空；或者调高 JOURNAL_MAX_MB。',
        },
      ),
    ];
  }
  if (free < maxJournalBytes - held) {
    return [
      warning(
        {
          en: `The disk is smaller than what the journal may hold: ${sizes.en}.`,
          zh: `磁盘容不下日志簿允许的大小：${sizes.zh}。`,
        },
        { en: 'Free the disk, or lower JOURNAL_MAX_MB.', zh: '请清理磁盘，或调低 JOURNAL_MAX_MB。' },
      ),
    ];
  }
  return [ok({ en: `The journal has room: ${sizes.en}.`, zh: `日志簿有空间：${sizes.zh}。` })];
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function handedOver(url: string): Promise<Seen[]> {
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
    .then((response) => response.json())
    .catch(() => undefined);
  const { data } = readiness.safeParse(answer);
  if (data === undefined)
    return [
      problem(
        { en: `${url}/readyz does not answer.`, zh: `${url}/readyz 没有应答。` },
        { en: 'Look at "waybell status" and the log.', zh: '请查看 waybell status 和日志。' },
      ),
    ];
  const { waiting = 0, oldest_seconds: seconds = 0 } = data.journal ?? {};
  if (seconds >= STUCK_S) {
    return [
      problem(
        {
          en: `${waiting} webhook(s) are not handed over to Temporal, the oldest for ${seconds} s.`,
          zh: `有 ${waiting} 个 webhook 尚未移交给 Temporal，最早的已 ${seconds} 秒。`,
        },
        {
          en: 'Bring Temporal back: they go on by themselves. If Temporal answers, read the log.',
          zh: '请恢复 Temporal：它们会自动继续。如果 Temporal 有应答，请看日志。',
        },
      ),
    ];
  }
  return [
    ok(
      waiting === 0
        ? { en: 'Every webhook is handed over to Temporal.', zh: '所有 webhook 都已移交给 Temporal。' }
        : { en: `${waiting} webhook(s) are being handed over.`, zh: `正在移交 ${waiting} 个 webhook。` },
    ),
  ];
}

/** API processes, here and elsewhere, whose journals are not heard of any more. */
export const silentJournals: Check = {
  name: 'journal',
  async run({ database }) {
    const { pool } = await database();
    // Before the migration nobody can report anything.
    if ((await findPendingMigrations(pool)).length > 0) return [];
    const journals = await inTransaction(pool, listJournals);
    const silent = journals.filter((journal) => journal.silent);
    return silent.length > 0 ? silent.map(missing) : [NONE_MISSING];
  },
};

const NONE_MISSING = ok({
  en: 'No journal of an API process is missing.',
  zh: '没有哪个 API 进程的日志簿失去消息。',
});

function missing({ journalId, place, heardAt, waiting }: KnownJournal): Seen {
  const since = heardAt.toISOString();
  const found = {
    en: `The journal of ${place} is not heard of since ${since}; it kept ${waiting} webhook(s) for Temporal then.`,
    zh: `${place} 的日志簿自 ${since} 起没有消息；当时它为 Temporal 保存着 ${waiting} 个 webhook。`,
  };
  const fix = {
    en: `Start that API process again with its DATA_DIR; if it is gone for good: waybell forget-journal ${journalId}`,
    zh: `请用原来的 DATA_DIR 重新启动那个 API 进程；如果它再也不会回来：waybell forget-journal ${journalId}`,
  };
  return waiting > 0 ? problem(found, fix) : warning(found, fix);
}
