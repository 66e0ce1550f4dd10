import { setTimeout as sleep } from 'node:timers/promises';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { ask, isNotNow, requestLine, type AnswerTo, type Asking } from '../api/ask';
import { showErasure, startErasure } from '../api/erasure-operations';
import { loadConfig, type Config } from '../config/config';
import { print } from '../terminal';
import { readLine } from './read-line';
import { command } from './summaries';

/** How often the progress is looked at; milliseconds. */
const LOOK_MS = 1_000;
/** How long it may not be answered, so that the API can be restarted; milliseconds. */
const PATIENCE_MS = 60_000;
const MAX_ANSWER = 10;

type Plan = AnswerTo<typeof startErasure>;
type Progress = AnswerTo<typeof showErasure>;

interface EraseOptions {
  readonly user?: string;
  readonly order?: string;
  readonly waybill?: string;
  readonly carrier?: string;
  readonly reason?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** `waybell erase`: what is kept about a person, an order or a parcel goes. */
export function eraseCommand(): Command {
  return command('erase')
    .option('--user <id>', 'a buyer: phones, messages and all parcels')
    .option('--order <id>', 'the parcels of an order')
    .option('--waybill <number>', 'one waybill')
    .option('--carrier <name>', 'of the waybill; every carrier’s of that number when absent')
    .option('--reason <words>', 'why, without a name; kept in the audit')
    .option('--dry-run', 'only say what would go, and what would be left')
    .option('--yes', 'do not ask')
    .action((options: EraseOptions) => erase(loadConfig(), options));
}

async function erase(config: Config, options: EraseOptions): Promise<void> {
  const { user, order, waybill, carrier, reason, dryRun, yes } = options;
  const body: Asking<typeof startErasure>['body'] = {
    ...{ user_id: user, order_id: order, tracking_no: waybill, carrier, reason },
  };
  if (!yes || dryRun) {
    print(describePlan(await ask(config, startErasure, { body: { ...body, dry_run: true } })));
    if (dryRun || !(await isMeant())) return;
  }
  const { erasure_id: id } = await ask(config, startErasure, { body });
  if (id === null) throw new Error('Waybell has begun nothing.');
  print(`erasure    ${id}`);
  print(describeEnd(await follow(config, id)));
}

/** Nothing brings back what is erased. */
async function isMeant(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('Nothing was erased: give --yes where nobody can be asked.');
  const answer = await readLine(
    process.stdin,
    'Nothing brings it back. Erase it? yes, and Enter:',
    MAX_ANSWER,
  );
  const yes = answer.trim() === 'yes';
  if (!yes) print('Nothing was erased.');
  return yes;
}

async function follow(config: Config, id: string): Promise<Progress> {
  const bar = new SingleBar({ format: '{bar} {value} of {total} parcels', clearOnComplete: true });
  bar.start(0, 0);
  try {
    for (;;) {
      const now = await look(config, id);
      bar.setTotal(now.parcels ?? 0);
      bar.update(now.parcels_done);
      if (now.state === 'done') return now;
      await sleep(LOOK_MS);
    }
  } finally {
    bar.stop();
  }
}

/** The erasure goes on, whether somebody can look at it or not. */
async function look(config: Config, id: string): Promise<Progress> {
  const params = { erasure_id: id };
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask(config, showErasure, { params });
    } catch (error) {
      if (!(error instanceof Error && isNotNow(error))) throw error;
      if (Date.now() > until)
        throw new Error(
          `The erasure goes on, see ${requestLine(showErasure, { params })}. ${error.message}`,
          {
            cause: error,
          },
        );
      await sleep(LOOK_MS);
    }
  }
}

function describePlan({ parcels, looked_at: lookedAt, erased, left }: Plan): string {
  const more = (parcels ?? 0) - lookedAt;
  return [
    `${parcels} parcels, nothing changed. Would go${more > 0 ? ` of the first ${lookedAt}` : ''}, beside what Temporal keeps:`,
    ...tableOf(erased),
    'Would be left:',
    ...left.flatMap(describeLeft),
  ].join('\n');
}

function describeEnd({ parcels, erased, left }: Progress): string {
  return [`${parcels} parcels. Gone:`, ...tableOf(erased), 'Left:', ...left.flatMap(describeLeft)].join('\n');
}

function tableOf(erased: Progress['erased']): string[] {
  const lines = Object.entries(erased).map(
    ([kind, count]) => `  ${kind.replaceAll('_', ' ').padEnd(20)} ${String(count).padStart(9)}`,
  );
  return lines.length === 0 ? ['  nothing'] : lines;
}

function describeLeft({ words, count, until, names }: Progress['left'][number]): string[] {
  const many = count === null ? '' : `${count} `;
  const end = until === null ? '' : `, until ${until.slice(0, 10)}`;
  return [`  ${many}${words}${end}`, ...names.map((name) => `    ${name}`)];
}
