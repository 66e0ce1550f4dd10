import { untoldByTrial } from '../../config/trial';
import { stat } from 'node:fs/promises';
import { describeTakenPort, findPortHolder, wantedPorts, type WantedPort } from '../../process/ports';
import { describeProcess, type RunningProcess } from '../../process/locks';
import { readChannelsFile, type StoredChannel } from '../../intake/channels/file';
import { isValidAt, type Expiring } from '../../intake/channels/channels';
import { asItIs, type Explanation } from '../../shipment/explanation';
import { findSource } from '../../sources/registry';
import { ok, problem, warning, type Check, type Seen } from '../check';

/** What a person does about a variable that has no effect. */
export const IDLE_FIX: Explanation = {
  en: 'Correct its name (docs/settings.md) or remove it; docs/migrating.md names what takes the place of old ones.',
  zh: '请更正它的名称（docs/settings.md）或删除它；docs/migrating.md 说明旧的由什么代替。',
};

/** Wrong settings never get here: they end the doctor with all of them at once. */
export const settings: Check = {
  name: 'settings',
  run: ({ config, idle }) => {
    const parts = (['database', 'temporal'] as const).map((part) => config[part].kind);
    const inChinese = { embedded: '内置', external: '外部' } as const;
    const zhParts = (['database', 'temporal'] as const).map((part) => inChinese[config[part].kind]);
    const all = ok({
      en: `All settings are valid: ${config.production ? 'production' : 'not production'}, PostgreSQL ${parts[0]}, Temporal ${parts[1]}.`,
      zh: `所有设置都有效：${config.production ? '生产环境' : '非生产环境'}，PostgreSQL ${zhParts[0]}，Temporal ${zhParts[1]}。`,
    });
    const withoutEffect = idle.map((line) => warning(asItIs(line), IDLE_FIX));
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
    ? ok({
        en: `Port ${wanted.port} (${wanted.setting}) is free.`,
        zh: `端口 ${wanted.port}（${wanted.setting}）空闲。`,
      })
    : problem(taken, { en: 'Then start Waybell.', zh: '然后启动 Waybell。' });
}

async function mustBeHeld(wanted: WantedPort, one: RunningProcess): Promise<Seen> {
  const { setting, port, partOf } = wanted;
  const [taken] = await describeTakenPort(wanted);
  const who = describeProcess(one);
  if (taken === undefined) {
    return problem(
      {
        en: `Nothing listens on port ${port} (${setting}), though Waybell runs, ${who.en}.`,
        zh: `端口 ${port}（${setting}）上没有任何程序在监听，而 Waybell 在运行，${who.zh}。`,
      },
      {
        en: 'See whether the settings here are those that it was started with; then restart it.',
        zh: '请查看这里的设置是否就是启动它时的设置；然后重新启动它。',
      },
    );
  }
  const holder = await findPortHolder(port);
  // Who holds it cannot be seen from every user; an embedded server is a process of its own.
  const isOurs = holder === undefined || partOf !== undefined || holder.pid === one.pid;
  return isOurs
    ? ok({
        en: `Port ${port} (${setting}) is held by Waybell, ${who.en}${partOf ? `: its embedded ${partOf}` : ''}.`,
        zh: `端口 ${port}（${setting}）由 Waybell 占用，${who.zh}${partOf ? `：它内置的 ${partOf}` : ''}。`,
      })
    : problem(taken, {
        en: `Waybell runs, ${who.en}, and does not listen there: restart it.`,
        zh: `Waybell 在运行，${who.zh}，却没有在那里监听：请重新启动它。`,
      });
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
      return [
        problem(asItIs(stored.message), {
          en: 'Restore the file from a backup, or correct that place by hand.',
          zh: '请从备份恢复这个文件，或手工更正那一处。',
        }),
      ];
    }
    if (stored.length === 0) return [ok({ en: 'There are no channels.', zh: '没有通道。' })];
    const judged = stored.flatMap((channel) => judge(channel, clock()));
    const good =
      judged.length === 0
        ? [
            ok({
              en: `${stored.length} channel(s) have valid URLs and secrets.`,
              zh: `${stored.length} 个通道的 URL 和密钥都有效。`,
            }),
          ]
        : [];
    return [...(await openToOthers(file)), ...judged, ...good];
  },
};

function judge({ source, name, secrets, tokens, unsigned }: StoredChannel, now: number): Seen[] {
  const who = { en: `Channel ${source} ${name}`, zh: `通道 ${source} ${name}` };
  const rotate = `waybell channels rotate ${source} ${name}`;
  const seen: Seen[] = [];
  const known = findSource(source);
  if (known === undefined)
    return [
      problem(
        { en: `${who.en}: there is no source ${source}.`, zh: `${who.zh}：没有来源 ${source}。` },
        asItIs(`waybell channels remove ${source} ${name}`),
      ),
    ];
  if (!isAnyValid(tokens, now))
    seen.push(
      problem(
        {
          en: `${who.en} has no valid URL: it refuses everything.`,
          zh: `${who.zh} 没有有效的 URL：它拒绝一切。`,
        },
        asItIs(`${rotate} --new-token`),
      ),
    );
  const newSecret = asItIs(`${rotate} --secret-stdin`);
  if (unsigned) {
    if (known.verify === undefined) return seen;
    const taken = {
      en: `${who.en} takes webhooks without proof, though ${known.title} signs them: whoever learns its URL can send.`,
      zh: `${who.zh} 不验证签名就接受 webhook，而 ${known.title} 是会签名的：知道它 URL 的人都能发送。`,
    };
    return [...seen, warning(taken, newSecret)];
  }
  if (!isAnyValid(secrets, now))
    return [
      ...seen,
      problem(
        {
          en: `${who.en} has no valid secret: it refuses everything.`,
          zh: `${who.zh} 没有有效的密钥：它拒绝一切。`,
        },
        newSecret,
      ),
    ];
  if (!isAnyValid(secrets, now + RENEW_BEFORE_MS))
    seen.push(
      warning(
        {
          en: `${who.en}: its last secret expires within 7 days.`,
          zh: `${who.zh}：它最后一个密钥将在 7 天内过期。`,
        },
        newSecret,
      ),
    );
  return seen;
}

function isAnyValid(all: readonly Expiring[], now: number): boolean {
  return all.some((one) => isValidAt(now, one));
}

async function openToOthers(file: string): Promise<Seen[]> {
  // Windows has no such bits.
  if (process.platform === 'win32' || ((await stat(file)).mode & 0o077) === 0) return [];
  return [
    warning(
      {
        en: `${file} holds secrets, and others on this machine may read it.`,
        zh: `${file} 中有密钥，而本机的其他用户可以读取它。`,
      },
      asItIs(`chmod 600 ${file}`),
    ),
  ];
}
