import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { ask, isNotNow, requestLine, type AnswerTo, type Asking } from '../api/ask';
import { retryDelivery } from '../api/delivery-operations';
import { showRetries, startRetries } from '../api/retry-operations';
import { loadConfig, type Config } from '../config/config';
import { checked, numberOf } from './checked-option';
import { showDelivery, showEnds } from './show-delivery';
import { print, printAside } from '../terminal';
import { command } from './summaries';

/** How often the progress is looked at; milliseconds. */
const LOOK_MS = 500;
/** How long it may not be answered, so that the API and what is behind it can be restarted; milliseconds. */
const PATIENCE_MS = 60_000;
/** Of the refusals; the API shows no more at once. */
const REFUSALS_PER_PAGE = 1_000;

/** As many as the answer to a retry names. */
const MOST_FOLLOWED = 20;

const { rate } = startRetries.body.shape;

type Started = AnswerTo<typeof startRetries>;
type Progress = AnswerTo<typeof showRetries>;

interface RetryOptions {
  readonly query?: string;
  readonly rate: number;
  readonly reason?: string;
  readonly operator?: string;
  readonly devices?: string[];
  readonly force?: true;
  readonly dryRun?: true;
}

/** `waybell retry`: another try, for one delivery or for thousands. */
export function retryCommand(): Command {
  return command('retry')
    .argument('[ids...]', 'message_ids, tracking numbers or workflow ids')
    .option(
      '--query <query>',
      'all that Temporal finds, such as \'Carrier="yto" AND Attention="push-failed"\'',
    )
    .addOption(checked('--rate <n>', 'deliveries per second, at most', numberOf(rate), rate.parse(undefined)))
    .option('--reason <words>', 'why; kept in the history')
    .option('--operator <name>', 'who asks; kept in the history (default: the user who runs the command)')
    .option('--devices <ids>', 'only these devices (ids or cids), with commas between', commaList)
    .option('--force', 'also what is too old to be told')
    .option('--dry-run', 'only say what would happen')
    .action(async (ids: string[], options: RetryOptions) => {
      process.exitCode = await retry(loadConfig(), ids, options);
    });
}

/** @returns the exit code: 1 when a delivery refused */
async function retry(config: Config, ids: readonly string[], options: RetryOptions): Promise<number> {
  const { query, rate, reason, operator = nameOfUser(), devices, force = false, dryRun } = options;
  if (ids.length > 0 === (query !== undefined)) throw new Error('Name deliveries, or give --query.');
  const request = { reason, operator, devices, force, dry_run: dryRun === true };
  const [name, ...more] = ids;
  return name !== undefined && more.length === 0
    ? retryOne(config, name, request)
    : retryMany(config, { ...(query === undefined ? { ids: [...ids] } : { query }), rate, ...request });
}

type OneRequest = Asking<typeof retryDelivery>['body'];
type ManyRequest = Asking<typeof startRetries>['body'];

/** Asks the delivery itself, and shows how it ends. A refusal is thrown, as all of the API's. */
async function retryOne(config: Config, name: string, body: OneRequest): Promise<number> {
  const asked = await ask(config, retryDelivery, { params: { name }, body });
  const { workflow_id: workflowId, message, temporal_ui: temporalUi } = asked;
  if (body.dry_run) {
    print(`${deliveries(1)} found, nothing changed:\n${workflowId}: ${message}`);
    return 0;
  }
  print(`workflow   ${workflowId}`);
  print(`retry      ${message}`);
  await showDelivery(config, { workflowId, temporalUi, otherwise: `npx waybell why ${name}` });
  return 0;
}

async function retryMany(config: Config, body: ManyRequest): Promise<number> {
  const asked = await ask(config, startRetries, { body });
  if (asked.retry_id === null) {
    // A real retry has them among its refusals.
    for (const name of asked.unknown) printAside(`${name}: no delivery has this name`);
    print(describePlan(asked, body.query !== undefined));
    return asked.unknown.length === 0 && asked.plan.every(({ kind }) => kind !== 'refused') ? 0 : 1;
  }
  if (asked.temporal_ui !== null) print(`Temporal   ${asked.temporal_ui}`);
  const end = await follow(config, asked.retry_id);
  print(describeEnd(end));
  const refused = await printRefusals(config, asked.retry_id);
  // Of more nobody reads each: "waybell attention" has those that wait.
  if (asked.found <= MOST_FOLLOWED)
    await showEnds(
      config,
      asked.first.filter((id) => !refused.has(id)),
    );
  return end.state === 'done' && end.refused === 0 ? 0 : 1;
}

/** In a container the user may be a number without a name. */
function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

async function follow(config: Config, retryId: string): Promise<Progress> {
  const bar = new SingleBar({
    format: '{bar} {value} of {total}',
    noTTYOutput: false,
    clearOnComplete: true,
  });
  bar.start(0, 0);
  try {
    for (;;) {
      const now = await look(config, retryId);
      bar.setTotal(now.found);
      bar.update(now.asked + now.restarted + now.refused);
      if (now.state !== 'running') return now;
      await sleep(LOOK_MS);
    }
  } finally {
    bar.stop();
  }
}

/** @returns which deliveries refused */
async function printRefusals(config: Config, retryId: string): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  for (let after: string | undefined; ;) {
    const { refusals } = await look(config, retryId, REFUSALS_PER_PAGE, after);
    for (const { workflow_id: id, words } of refusals) {
      refused.add(id);
      printAside(`${id}: ${words}`);
    }
    if (refusals.length < REFUSALS_PER_PAGE) return refused;
    after = refusals.at(-1)?.workflow_id;
  }
}

/** The retry goes on in Temporal, whether somebody can look at it or not. */
async function look(config: Config, retryId: string, limit = 1, after?: string): Promise<Progress> {
  const params = { retry_id: retryId };
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask(config, showRetries, { params, query: { limit, after } });
    } catch (error) {
      if (!(error instanceof Error && isNotNow(error))) throw error;
      if (Date.now() > until)
        throw new Error(`The retry goes on, see ${requestLine(showRetries, { params })}. ${error.message}`, {
          cause: error,
        });
      await sleep(LOOK_MS);
    }
  }
}

/** A query finds runs, and a delivery that was started again has several. */
function describePlan({ found, plan }: Started, byQuery: boolean): string {
  const more = found - plan.length;
  const whole = byQuery && more > 0 ? `${found} runs of deliveries` : deliveries(found);
  const others = byQuery
    ? `and ${more} more runs, of these deliveries or of others that were not looked at`
    : `and ${more} more, not looked at`;
  return [
    `${whole} found, nothing changed:`,
    ...plan.map(({ workflow_id: id, words }) => `${id}: ${words}`),
    ...(more > 0 ? [others] : []),
  ].join('\n');
}

function describeEnd({ state, found, asked, restarted, refused }: Progress): string {
  const words = `${deliveries(found)}: ${asked} try again, ${restarted} started again, ${refused} refused.`;
  return state === 'stopped' ? `${words} The retry was stopped before its end.` : words;
}

function deliveries(count: number): string {
  return `${count} ${count === 1 ? 'delivery' : 'deliveries'}`;
}

function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
