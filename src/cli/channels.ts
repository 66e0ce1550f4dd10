import { Option, type Command } from 'commander';
import { z } from 'zod';
import { ask, type AnswerTo } from '../api/ask';
import { listChannels } from '../api/channel-operations';
import { loadChannelSettings, loadConfig } from '../config/config';
import { httpUrl } from '../config/setting-fields';
import { createToken } from '../intake/channels/channels';
import {
  changeChannelsFile,
  channelFields,
  DEFAULT_CONDITIONS,
  readChannelsFile,
  type ChannelConditions,
} from '../intake/channels/file';
import { addChannel, removeChannel, rotateChannel } from '../intake/channels/change';
import { SOURCES } from '../sources/registry';
import type { Source } from '../sources/source';
import { readSecretLine, THE_SECRET } from './read-line';
import { noteDone } from './audited';
import { checked, numberOf, jsonOption } from './checked-option';
import { channelFacts, channelTable, refusalsInWords } from './channels-list';
import { channelUrl, whatWasAdded, whatWasRotated } from './channels-words';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell, tellAside } from '../terminal';
import { NotFoundError, UsageError } from './exit-codes';
import { failureOf } from './failures';
import { say } from './language';
import { command } from './summaries';

/** The file is shown without what came; milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** What several of the commands under `waybell channels` ask for. */

interface SecretOptions {
  readonly secret?: readonly string[];
  readonly secretStdin?: true;
}

const publicUrl = httpUrl.refine((url) => !/[?#]/.test(url), 'must end before ? and #');

function withSecrets(command: Command, what: Explanation): Command {
  return command
    .option(
      '--secret <value>',
      say({
        en: `${what.en}; may be repeated. Stays in the history of the shell`,
        zh: `${what.zh}；可重复。会留在 shell 的历史中`,
      }),
      (value, all: string[] = []) => [...all, value],
    )
    .option(
      '--secret-stdin',
      say({ en: `${what.en}, as one line of standard input`, zh: `${what.zh}，取标准输入的一行` }),
    );
}

async function secretsOf({ secret = [], secretStdin }: SecretOptions): Promise<string[]> {
  return secretStdin ? [...secret, await readSecretLine(process.stdin, THE_SECRET)] : [...secret];
}

function urlOption(): Option {
  return checked(
    '--url <address>',
    say({
      en: 'where the carrier reaches the API, as https://hooks.example.com',
      zh: '快递公司访问 API 的地址，例如 https://hooks.example.com',
    }),
    publicUrl,
  );
}

const HOUR_MS = 60 * 60_000;
/** Whoever needs longer to enter a secret does not replace it. */
const MAX_KEEP_HOURS = 90 * 24;

const keepHours = z
  .number('must be a number of hours')
  .min(0, 'must be at least 0 hours')
  .max(MAX_KEEP_HOURS, `must be at most ${MAX_KEEP_HOURS} hours`);

interface AddOptions extends SecretOptions {
  readonly name: string;
  readonly unsigned?: true;
  readonly tolerance: number;
  readonly zone?: string;
  readonly lockerSigned: ChannelConditions['lockerSigned'];
  readonly url?: string;
}

interface RotateOptions extends SecretOptions {
  readonly newToken?: true;
  readonly keepOld: number;
  readonly leaked?: true;
  readonly url?: string;
}

/** `waybell channels`: the URLs that carriers and aggregators send to, and their secrets. */
export function channelsCommand(sources: readonly Source[] = SOURCES): Command {
  return command('channels')
    .addCommand(addCommand(sources))
    .addCommand(listCommand())
    .addCommand(rotateCommand(sources))
    .addCommand(removeCommand());
}

function addCommand(sources: readonly Source[]): Command {
  return withSecrets(command('channels add'), { en: 'its secret at the carrier', zh: '它在快递公司的密钥' })
    .argument('<source>', say({ en: `one of ${namesOf(sources)}`, zh: `来源：${namesOf(sources)}` }))
    .addOption(
      checked(
        '--name <name>',
        say({ en: 'tells it from others of the source', zh: '区别于同一来源的其他通道的名称' }),
        channelFields.name,
        'main',
      ),
    )
    .option(
      '--unsigned',
      say({
        en: 'take what it sends without proof, though the source signs',
        zh: '来源虽有签名，也不验证就接受',
      }),
    )
    .addOption(
      checked(
        '--tolerance <seconds>',
        say({ en: 'how far a signed time may be from now', zh: '签名时间与现在最多相差多少秒' }),
        numberOf(channelFields.toleranceSeconds),
        DEFAULT_CONDITIONS.toleranceSeconds,
      ),
    )
    .addOption(
      checked(
        '--zone <IANA>',
        say({
          en: 'of times without an offset; else the source’s own',
          zh: '没有时区的时间所用的时区；不写则用来源自己的',
        }),
        channelFields.zone,
      ),
    )
    .addOption(
      new Option(
        '--locker-signed <status>',
        say({ en: 'what "signed" by a parcel locker means', zh: '快递柜“签收”的含义' }),
      )
        .choices(channelFields.lockerSigned.options)
        .default(DEFAULT_CONDITIONS.lockerSigned),
    )
    .addOption(urlOption())
    .action(async (sourceName: string, options: AddOptions) => {
      const { name, unsigned = false, tolerance: toleranceSeconds, zone, lockerSigned } = options;
      const source = requireSource(sources, sourceName);
      const secrets = await secretsOf(options);
      const settings = loadChannelSettings();
      const token = createToken();
      const conditions = { toleranceSeconds, ...(zone !== undefined && { zone }), lockerSigned };
      const added = { source, name, token, secrets, unsigned, conditions };
      await changeChannelsFile(settings.channelsFile, (channels) => addChannel(channels, added, Date.now()));
      const url = channelUrl(options.url, settings.port, source, token);
      tell(whatWasAdded(added, url, settings.channelsFile));
      await noteDone({
        action: 'channels add',
        subject: `${source.name} ${name}`,
        asked: { unsigned, ...conditions },
      });
    });
}

function listCommand(): Command {
  return command('channels list')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const { channelsFile } = loadChannelSettings();
      const channels = await readChannelsFile(channelsFile);
      const traffic = await askForTraffic();
      if (json) print(asJson(channelFacts(channels, traffic)));
      else if (channels.length > 0) print(channelTable(channels, traffic, Date.now()));
      else tell([say(noChannels(channelsFile))]);
      if (!json && traffic) tell(refusalsInWords(channels, traffic));
    });
}

/** What came through the channels, if the API tells; the file is there without it. */
async function askForTraffic(): Promise<AnswerTo<typeof listChannels>['channels'] | undefined> {
  try {
    return (await ask(loadConfig(), listChannels, {}, ANSWER_TIMEOUT_MS)).channels;
  } catch (error) {
    const { words } = failureOf(error);
    tellAside([
      say({
        en: `What came through the channels cannot be shown: ${words}`,
        zh: `无法显示各通道收到的内容：${words}`,
      }),
    ]);
    return undefined;
  }
}

function rotateCommand(sources: readonly Source[]): Command {
  return withSecrets(command('channels rotate'), { en: 'the new secret', zh: '新的密钥' })
    .argument('<source>')
    .argument('<name>')
    .option('--new-token', say({ en: 'a new URL, shown once', zh: '换一个新地址，只显示一次' }))
    .addOption(
      checked(
        '--keep-old <hours>',
        say({ en: 'how long what is replaced stays valid', zh: '被替换的内容还有效多少小时' }),
        numberOf(keepHours),
        72,
      ),
    )
    .addOption(
      new Option(
        '--leaked',
        say({
          en: 'somebody else knows the URL: a new one, and what is replaced is void at once',
          zh: '地址已被他人知道：换新的，旧的立即失效',
        }),
      ).conflicts('keepOld'),
    )
    .addOption(urlOption())
    .action(async (sourceName: string, name: string, options: RotateOptions) => {
      const source = requireSource(sources, sourceName);
      const { leaked = false } = options;
      const secrets = await secretsOf(options);
      if (secrets.length === 0 && !options.newToken && !leaked) {
        throw new UsageError(say(NOTHING_NEW));
      }
      const settings = loadChannelSettings();
      const now = Date.now();
      const token = options.newToken || leaked ? createToken() : undefined;
      const keptHours = leaked ? 0 : options.keepOld;
      const rotation = { source, name, secrets, token, oldEnds: now + keptHours * HOUR_MS };
      await changeChannelsFile(settings.channelsFile, (channels) => rotateChannel(channels, rotation, now));
      const asked = {
        secrets: secrets.length,
        new_token: token !== undefined,
        keep_old_hours: keptHours,
        leaked,
      };
      const url = token && channelUrl(options.url, settings.port, source, token);
      tell(whatWasRotated(rotation, url, leaked, now));
      await noteDone({ action: 'channels rotate', subject: `${source.name} ${name}`, asked });
    });
}

function removeCommand(): Command {
  return command('channels remove')
    .argument('<source>')
    .argument('<name>')
    .action(async (source: string, name: string) => {
      const { channelsFile } = loadChannelSettings();
      await changeChannelsFile(channelsFile, (channels) => removeChannel(channels, source, name));
      tell([say(removed(`${source} ${name}`))]);
      await noteDone({ action: 'channels remove', subject: `${source} ${name}` });
    });
}

function requireSource(sources: readonly Source[], name: string): Source {
  const source = sources.find((one) => one.name === name);
  if (source === undefined)
    throw new NotFoundError(
      say({
        en: `There is no source ${name}. There are: ${namesOf(sources)}.`,
        zh: `没有来源 ${name}。可用的有：${namesOf(sources)}。`,
      }),
    );
  return source;
}

function namesOf(sources: readonly Source[]): string {
  return sources.map(({ name }) => name).join(', ');
}

const noChannels = (file: string): Explanation => ({
  en: `No channels in ${file}. Open one: waybell channels add <source>`,
  zh: `${file} 中没有通道。开通一个：waybell channels add <source>`,
});

const NOTHING_NEW: Explanation = {
  en: 'Nothing to replace: give --secret-stdin or --secret, --new-token, or both; --leaked where the URL is known to others.',
  zh: '没有要更换的内容：请给出 --secret-stdin 或 --secret、--new-token，或两者；若地址已被他人知道，用 --leaked。',
};

const removed = (channel: string): Explanation => ({
  en: `Channel ${channel} is removed, with its URL and its secrets. Within a second what still comes to its URL is refused: end the pushes at the carrier too.`,
  zh: `通道 ${channel} 及其地址和密钥已删除。一秒内，仍发到该地址的内容会被拒绝：请在快递公司处也停止推送。`,
});
