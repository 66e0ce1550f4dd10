import { untoldByTrial } from '../../config/trial';
import { stat } from 'node:fs/promises';
import { describeTakenPort, findPortHolder, wantedPorts, type WantedPort } from '../../process/ports';
import { nameOf, type RunningProcess } from '../../process/locks';
import { readChannelsFile, type StoredChannel } from '../../intake/channels/file';
import { isValidAt, type Expiring } from '../../intake/channels/channels';
import { findSource } from '../../sources/registry';
import { ok, problem, warning, type Check, type Seen } from '../check';

/** What a person does about a variable that has no effect. */
export const IDLE_FIX =
  'Correct its name (docs/settings.md) or remove it; docs/migrating.md names what takes the place of old ones.';

/** Wrong settings never get here: they end the doctor with all of them at once. */
export const settings: Check = {
  name: 'settings',
  run: ({ config, idle }) => {
    const parts = (['database', 'temporal'] as const).map((part) => config[part].kind);
    const all = ok(
      `All settings are valid: ${config.production ? 'production' : 'not production'}, PostgreSQL ${parts[0]}, Temporal ${parts[1]}.`,
    );
    const withoutEffect = idle.map((line) => warning(line, IDLE_FIX));
    const trial = untoldByTrial(config).map(({ what, fix }) => warning(what, fix));
    return Promise.resolve([all, ...withoutEffect, ...trial]);
  },
};

/** A running Waybell must hold its ports; one that is to be started needs them free. */
export const ports: Check = {
  name: 'ports',
  async run({ config, running }) {
    if (running.length === 0) return Promise.all(wantedPorts(config, 'all').map(mustBeFree));
    return (
      await Promise.all(
        running.map((one) => Promise.all(wantedPorts(config, one.role).map((port) => mustBeHeld(port, one)))),
      )
    ).flat();
  },
};

async function mustBeFree(wanted: WantedPort): Promise<Seen> {
  const [taken] = await describeTakenPort(wanted);
  return taken === undefined
    ? ok(`Port ${wanted.port} (${wanted.setting}) is free.`)
    : problem(taken.en, 'Then start Waybell.');
}

async function mustBeHeld(wanted: WantedPort, one: RunningProcess): Promise<Seen> {
  const { setting, port, partOf } = wanted;
  const [taken] = await describeTakenPort(wanted);
  if (taken === undefined) {
    return problem(
      `Nothing listens on port ${port} (${setting}), though Waybell runs, ${nameOf(one)}.`,
      'See whether the settings here are those that it was started with; then restart it.',
    );
  }
  const holder = await findPortHolder(port);
  // Who holds it cannot be seen from every user; an embedded server is a process of its own.
  const isOurs = holder === undefined || partOf !== undefined || holder.startsWith(`process ${one.pid} (`);
  return isOurs
    ? ok(`Port ${port} (${setting}) is held by Waybell, ${nameOf(one)}${partOf ? `: its ${partOf}` : ''}.`)
    : problem(taken.en, `Waybell runs, ${nameOf(one)}, and does not listen there: restart it.`);
}

const DAY_MS = 24 * 60 * 60_000;
/** Time to reach a person at a carrier. */
const RENEW_BEFORE_MS = 7 * DAY_MS;

/** The file of channels, and whether each of them can still take a webhook. */
export const channels: Check = {
  name: 'channels',
  async run({ config, clock }) {
    const { channelsFile: file } = config;
    const stored = await readChannelsFile(file).catch((error: Error) => error);
    if (stored instanceof Error) {
      return [problem(stored.message, 'Restore the file from a backup, or correct that place by hand.')];
    }
    if (stored.length === 0) return [ok('There are no channels.')];
    const judged = stored.flatMap((channel) => judge(channel, clock()));
    const good = judged.length === 0 ? [ok(`${stored.length} channel(s) have valid URLs and secrets.`)] : [];
    return [...(await openToOthers(file)), ...judged, ...good];
  },
};

function judge({ source, name, secrets, tokens, unsigned }: StoredChannel, now: number): Seen[] {
  const who = `Channel ${source} ${name}`;
  const rotate = `waybell channels rotate ${source} ${name}`;
  const seen: Seen[] = [];
  const known = findSource(source);
  if (known === undefined)
    return [problem(`${who}: there is no source ${source}.`, `waybell channels remove ${source} ${name}`)];
  if (!isAnyValid(tokens, now))
    seen.push(problem(`${who} has no valid URL: it refuses everything.`, `${rotate} --new-token`));
  if (unsigned) {
    if (known.verify === undefined) return seen;
    const taken = `${who} takes webhooks without proof, though ${known.title} signs them: whoever learns its URL can send.`;
    return [...seen, warning(taken, `${rotate} --secret-stdin`)];
  }
  if (!isAnyValid(secrets, now))
    return [
      ...seen,
      problem(`${who} has no valid secret: it refuses everything.`, `${rotate} --secret-stdin`),
    ];
  if (!isAnyValid(secrets, now + RENEW_BEFORE_MS))
    seen.push(warning(`${who}: its last secret expires within 7 days.`, `${rotate} --secret-stdin`));
  return seen;
}

function isAnyValid(all: readonly Expiring[], now: number): boolean {
  return all.some((one) => isValidAt(now, one));
}

async function openToOthers(file: string): Promise<Seen[]> {
  // Windows has no such bits.
  if (process.platform === 'win32' || ((await stat(file)).mode & 0o077) === 0) return [];
  return [warning(`${file} holds secrets, and others on this machine may read it.`, `chmod 600 ${file}`)];
}
