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

/** The folder itself, or the nearest one above it that is there and in which it would be made. */
async function writableFolder(folder: string): Promise<Seen[]> {
  try {
    await access(await nearestExisting(folder), constants.W_OK | constants.X_OK);
    return [ok(`${folder} can be written.`)];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [
      problem(
        `${folder} cannot be written (${code}): no webhook can be taken.`,
        'Give it to the user that runs Waybell, or set DATA_DIR.',
      ),
    ];
  }
}

async function nearestExisting(folder: string): Promise<string> {
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
  const sizes = `${Math.ceil(held / MB)} MB of at most ${maxJournalBytes / MB} MB; the disk has ${Math.floor(free / MB)} MB left`;
  if (held > NEARLY_FULL * maxJournalBytes) {
    return [
      problem(
        `The journal is nearly full: ${sizes}.`,
        'Bring Temporal and PostgreSQL back, which empty it; or raise JOURNAL_MAX_MB.',
      ),
    ];
  }
  if (free < maxJournalBytes - held) {
    return [
      warning(
        `The disk is smaller than what the journal may hold: ${sizes}.`,
        'Free the disk, or lower JOURNAL_MAX_MB.',
      ),
    ];
  }
  return [ok(`The journal has room: ${sizes}.`)];
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
    return [problem(`${url}/readyz does not answer.`, 'Look at "waybell status" and the log.')];
  const { waiting = 0, oldest_seconds: seconds = 0 } = data.journal ?? {};
  if (seconds >= STUCK_S) {
    return [
      problem(
        `${waiting} webhook(s) are not handed over to Temporal, the oldest for ${seconds} s.`,
        'Bring Temporal back: they go on by themselves. If Temporal answers, read the log.',
      ),
    ];
  }
  return [
    ok(
      waiting === 0
        ? 'Every webhook is handed over to Temporal.'
        : `${waiting} webhook(s) are being handed over.`,
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
    return silent.length > 0 ? silent.map(missing) : [ok('No journal of an API process is missing.')];
  },
};

function missing({ journalId, place, heardAt, waiting }: KnownJournal): Seen {
  const found = `The journal of ${place} is not heard of since ${heardAt.toISOString()}; it kept ${waiting} webhook(s) for Temporal then.`;
  const fix = `Start that API process again with its DATA_DIR; if it is gone for good: waybell forget-journal ${journalId}`;
  return waiting > 0 ? problem(found, fix) : warning(found, fix);
}
