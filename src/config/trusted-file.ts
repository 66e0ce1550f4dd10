import { lstatSync, statSync } from 'node:fs';
import path from 'node:path';

const OTHERS_WRITE = 0o002;
/** In such a folder, as /tmp is, nobody replaces what is another's. */
const STICKY = 0o1000;

/**
 * Why a file that would lead us must not: who runs a command in the folder of somebody else, as in /tmp, does not want
 * to be led by what lies there. `undefined`: its owner is who runs us, or root, and nobody else can have written it.
 */
export function whyNotTrusted(file: string, { SUDO_UID }: NodeJS.ProcessEnv): string | undefined {
  const own = process.getuid?.();
  // Windows has neither owners nor modes.
  if (own === undefined) return undefined;
  const trusted = [own, 0, Number(SUDO_UID ?? own)];
  const [entry, target] = [lstatSync, statSync].map((look) => look(file, { throwIfNoEntry: false }));
  if (entry === undefined || target === undefined) return undefined;
  // A link of somebody else may lead to a file of ours.
  if (![entry, target].every(({ uid }) => trusted.includes(uid))) return 'it belongs to another user';
  if ((target.mode & OTHERS_WRITE) !== 0)
    return 'everybody on this machine may write it (chmod 600 mends that)';
  const folder = statSync(path.dirname(file)).mode;
  return (folder & OTHERS_WRITE) !== 0 && (folder & STICKY) === 0
    ? 'everybody on this machine may put another into its place (chmod o-w on its folder mends that)'
    : undefined;
}
