import { SingleBar } from 'cli-progress';
import { Option, type Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { openPool } from '../database/pool';
import { countWebhooks } from '../database/webhook-archive';
import { openChannels } from '../intake/channels/channels';
import { readArchived, replay, type ReplayTally } from '../intake/replay';
import { startDelivery } from '../deliveries/start';
import { databaseUrl } from '../process/places';
import { openTemporal } from '../process/open-temporal';
import { audited } from './audited';
import { SOURCES } from '../sources/registry';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, printAside, tell } from '../terminal';
import { EXIT } from './exit-codes';
import { isMeant } from './read-line';
import { say } from './language';
import { readMoment } from './read-moment';
import { jsonOption } from './checked-option';
import { command } from './summaries';

interface ReplayOptions {
  readonly source?: string;
  readonly channel?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** `waybell replay`: reads archived webhooks again, with the status tables and settings of today. */
export function replayCommand(): Command {
  return command('replay')
    .addOption(
      new Option('--source <name>', say({ en: 'only of this source', zh: '只看这个来源' })).choices(
        SOURCES.map(({ name }) => name),
      ),
    )
    .option('--channel <name>', say({ en: 'only of this channel', zh: '只看这个通道' }))
    .option(
      '--since <time>',
      say({
        en: 'only received since: 2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago',
        zh: '只看此后收到的：2026-03-02、2026-03-02T10:00:00+08:00，或 36h、7d 之前',
      }),
      readMoment,
    )
    .option('--until <time>', say({ en: 'only received before', zh: '只看此前收到的' }), readMoment)
    .option('--dry-run', say({ en: 'only say what would happen', zh: '只说明会发生什么' }))
    .option('--yes', say({ en: 'do not ask before the whole archive is read', zh: '读取整个存档之前不询问' }))
    .addOption(jsonOption())
    .action(async (options: ReplayOptions) => {
      process.exitCode = await run(loadConfig(), options);
    });
}

/** @returns the exit code */
async function run(config: Config, { dryRun, yes, json, ...query }: ReplayOptions): Promise<number> {
  const { waitLimits: limits, statusMap, retention, consoleUrl } = config;
  const isWhole = Object.values(query).every((value) => value === undefined);
  if (isWhole && !dryRun && !yes && !(await isMeant(QUESTION, UNASKED))) {
    tell([say({ en: 'Nothing was read.', zh: '没有读取任何内容。' })]);
    return EXIT.ok;
  }
  const pool = openPool(await databaseUrl(config), () => undefined);
  const connected = dryRun ? undefined : await openTemporal(config);
  const channels = openChannels(config.channelsFile, (problem) => printAside(problem));
  const bar = new SingleBar({
    format: '{bar} {value} of {total} webhooks',
    noTTYOutput: true,
    clearOnComplete: true,
  });
  const client = connected?.client;
  let tally: ReplayTally | undefined;
  try {
    bar.start(await countWebhooks(pool, query), 0);
    const readAll = async (): Promise<void> => {
      for await (tally of replay({
        pool,
        query,
        textDays: retention.texts,
        read: (webhook) => readArchived(webhook, channels, statusMap),
        ...(client && {
          start: ({ workflowId, ...said }) =>
            startDelivery({ temporal: client, consoleUrl }, { ...said, limits }, workflowId),
        }),
      })) {
        bar.update(tally.webhooks);
      }
    };
    const subject = query.source ?? 'every source';
    await (dryRun ? readAll() : audited(pool, { action: 'replay', subject, asked: query }, readAll));
  } finally {
    if (bar.isActive) bar.stop();
    await connected?.close();
    await pool.end();
  }
  if (json) print(asJson({ dry_run: dryRun === true, ...(tally ?? NOTHING) }));
  else tell([say(tally ? describe(tally, dryRun === true) : NO_WEBHOOK)]);
  // A channel may have been closed since; one of which nothing is kept was most likely never there.
  return tally === undefined && query.channel !== undefined ? EXIT.notFound : EXIT.ok;
}

const NOTHING: ReplayTally = {
  ...{ webhooks: 0, emptied: 0, flawed: 0, updates: 0, changed: 0, started: 0, known: 0 },
};

const QUESTION: Explanation = {
  en: 'Read the whole archive again? --since, --source and --channel read a part of it. yes, and Enter:',
  zh: '重新读取整个存档？--since、--source 和 --channel 可只读取一部分。输入 yes 并回车：',
};
const UNASKED: Explanation = {
  en: 'Nothing was read: name a part with --since, --until, --source or --channel, or give --yes for the whole archive.',
  zh: '没有读取任何内容：请用 --since、--until、--source 或 --channel 指定一部分，或给出 --yes 读取整个存档。',
};
const NO_WEBHOOK: Explanation = {
  en: 'There is no such webhook in the archive.',
  zh: '存档中没有这样的 webhook。',
};

function describe(tally: ReplayTally, dryRun: boolean): Explanation {
  const { webhooks, emptied, flawed, updates, changed, started, known } = tally;
  const en = [
    `${webhooks - emptied} webhooks read again, ${updates} updates, ${changed} of them say something new.`,
    ...(emptied > 0 ? [`${emptied} have no body any more.`] : []),
    ...(flawed > 0 ? [`${flawed} webhooks are still only partly understood.`] : []),
    dryRun
      ? 'Nothing was started: leave out --dry-run to submit them.'
      : `${started} deliveries started, ${known} known already.`,
  ];
  const zh = [
    `重新读取了 ${webhooks - emptied} 个 webhook，${updates} 个更新，其中 ${changed} 个有新内容。`,
    ...(emptied > 0 ? [`${emptied} 个已没有内容。`] : []),
    ...(flawed > 0 ? [`${flawed} 个 webhook 仍只有部分能读懂。`] : []),
    dryRun
      ? '没有启动任何内容：去掉 --dry-run 即可提交。'
      : `启动了 ${started} 个投递，${known} 个此前已知。`,
  ];
  return { en: en.join(' '), zh: zh.join('') };
}
