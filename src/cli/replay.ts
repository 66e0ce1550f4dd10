import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { loadConfig, type Config } from '../config/config';
import { openPool } from '../database/pool';
import { countWebhooks } from '../database/webhook-archive';
import { openChannels } from '../intake/channels/channels';
import { readArchived, replay, type ReplayTally } from '../intake/replay';
import { startDelivery } from '../deliveries/start';
import { databaseUrl } from '../process/places';
import { openTemporal } from '../process/open-temporal';
import { audited } from './audited';
import { readMoment } from './read-moment';
import { print, printAside } from '../terminal';
import { command } from './summaries';

interface ReplayOptions {
  readonly source?: string;
  readonly channel?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly dryRun?: true;
}

/** `waybell replay`: reads archived webhooks again, with the status tables and settings of today. */
export function replayCommand(): Command {
  return command('replay')
    .option('--source <name>', 'only of this source')
    .option('--channel <name>', 'only of this channel')
    .option(
      '--since <time>',
      'only received since: 2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago',
      readMoment,
    )
    .option('--until <time>', 'only received before', readMoment)
    .option('--dry-run', 'only say what would happen')
    .action((options: ReplayOptions) => run(loadConfig(), options));
}

async function run(config: Config, { dryRun, ...query }: ReplayOptions): Promise<void> {
  const { waitLimits: limits, statusMap, retention } = config;
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
            startDelivery({ temporal: client }, { ...said, limits }, workflowId),
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
  print(tally ? describe(tally, dryRun === true) : 'There is no such webhook in the archive.');
}

function describe(
  { webhooks, emptied, flawed, updates, changed, started, known }: ReplayTally,
  dryRun: boolean,
): string {
  const gone = emptied > 0 ? ` ${emptied} have no body any more.` : '';
  const read = `${webhooks - emptied} webhooks read again, ${updates} updates, ${changed} of them say something new.${gone}`;
  const left = flawed > 0 ? ` ${flawed} webhooks are still only partly understood.` : '';
  if (dryRun) return `${read}${left} Nothing was started: leave out --dry-run to submit them.`;
  return `${read}${left} ${started} deliveries started, ${known} known already.`;
}
