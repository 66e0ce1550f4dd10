import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { launchAsOurselves, setprivOptions, succeeds, withSetpriv, type Launch } from './launch';

/** Runs commands as somebody whom PostgreSQL accepts. */
export interface OrdinaryUser {
  /** Who must own the files. `undefined` when we are not root: then they are ours already. */
  readonly owner?: Owner;
  launch(command: string, args: readonly string[]): Promise<Launch>;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses root. One of these exists on nearly every system; none is created. */
const CANDIDATES = ['postgres', 'nobody'];

/**
 * Decides who runs PostgreSQL. Whoever is not root runs it as himself; root runs it as an ordinary user. Where
 * that user may not even walk to `folders` (a checkout under /root), setpriv lends it just that right.
 */
export async function chooseOrdinaryUser(folders: readonly string[]): Promise<OrdinaryUser> {
  if (process.getuid?.() !== 0) return { launch: launchAsOurselves };
  const owner = await findOwner();
  const wall = await findWall(folders);
  const tie = await setprivOptions();
  if (tie) {
    const identity = ['--reuid', `${owner.uid}`, '--regid', `${owner.gid}`, '--clear-groups'];
    const options = [...tie, ...identity, ...(wall === undefined ? [] : await rightToEnter(wall))];
    return { owner, launch: (command, args) => Promise.resolve(withSetpriv(options, command, args)) };
  }
  if (wall !== undefined) {
    throw new Error(
      `PostgreSQL does not run as root, and its user may not enter ${wall}: install util-linux (setpriv), or move the project and DATA_DIR to where every user may enter.`,
    );
  }
  return { owner, launch: (command, args) => Promise.resolve({ command, args, ...owner }) };
}

async function findOwner(): Promise<Owner> {
  const run = promisify(execFile);
  for (const name of CANDIDATES) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      // No such user: the next one.
    }
  }
  throw new Error(
    `PostgreSQL does not run as root, and there is no user ${CANDIDATES.join(' or ')} to run it: start Waybell as an ordinary user, or set DATABASE_URL.`,
  );
}

const OTHERS_MAY_ENTER = 0o001;

/** The first folder on the way to `folders` that strangers may not enter. */
async function findWall(folders: readonly string[]): Promise<string | undefined> {
  for (const target of folders) {
    for (let folder = target; folder !== path.dirname(folder); folder = path.dirname(folder)) {
      if (((await stat(folder)).mode & OTHERS_MAY_ENTER) === 0) return folder;
    }
  }
  return undefined;
}

/**
 * Root may lend the right to read everywhere; inside most containers only the right to overrule modes. Without
 * no_setuid_fixup access(2), with which PostgreSQL looks for its files, ignores a lent right.
 */
async function rightToEnter(wall: string): Promise<string[]> {
  for (const right of ['+dac_read_search', '+dac_override']) {
    const lent = ['--inh-caps', right, '--ambient-caps', right, '--securebits', '+no_setuid_fixup'];
    if (await succeeds('setpriv', [...lent, 'true'])) return lent;
  }
  throw new Error(
    `PostgreSQL does not run as root, and its user may not enter ${wall}: move the project and DATA_DIR to where every user may enter.`,
  );
}
