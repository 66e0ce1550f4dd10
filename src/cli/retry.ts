import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { ask, isNotNow, requestLine, UnreachableError, type AnswerTo, type Asking } from '../api/ask';
import { retryDelivery } from '../api/delivery-operations';
import { showRetries, startRetries } from '../api/retry-operations';
import { loadConfig, type Config } from '../config/config';
import type { Explanation } from '../shipment/explanation';
import { asShellWord } from '../shipment/shown-text';
import { asJson, print, tell, tellAside, toned, type Line } from '../terminal';
import { checked, numberOf } from './checked-option';
import { EXIT, UsageError } from './exit-codes';
import { counted, DELIVERIES, say, type Noun } from './language';
import { HEADS, nextRow, rows, temporalRow } from './rows';
import { endFacts, endsInWords, followEnds, needsSomebody, showDelivery } from './show-delivery';
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
  readonly json?: true;
}

/** `waybell retry`: another try, for one delivery or for thousands. */
export function retryCommand(): Command {
  return command('retry')
    .argument(
      '[ids...]',
      say({ en: 'message_ids, tracking numbers or workflow ids', zh: 'message_id、快递单号或 workflow id' }),
    )
    .option(
      '--query <query>',
      say({
        en: 'all that Temporal finds, such as \'Carrier="yto" AND Attention="push-failed"\'',
        zh: 'Temporal 查到的全部，例如 \'Carrier="yto" AND Attention="push-failed"\'',
      }),
    )
    .addOption(
      checked(
        '--rate <n>',
        say({ en: 'deliveries per second, at most', zh: '每秒最多多少个投递' }),
        numberOf(rate),
        rate.parse(undefined),
      ),
    )
    .option('--reason <words>', say({ en: 'why; kept in the history', zh: '原因；保存在历史中' }))
    .option(
      '--operator <name>',
      say({
        en: 'who asks; kept in the history (default: the user who runs the command)',
        zh: '由谁提出；保存在历史中（默认：运行命令的用户）',
      }),
    )
    .option(
      '--devices <ids>',
      say({
        en: 'only these devices (ids or cids), with commas between',
        zh: '只发给这些设备（id 或 cid），以逗号分隔',
      }),
      commaList,
    )
    .option('--force', say({ en: 'also what is too old to be told', zh: '太旧而不再通知的也重试' }))
    .option('--dry-run', say({ en: 'only say what would happen', zh: '只说明会发生什么' }))
    .option(
      '--json',
      say({
        en: 'for programs, once it is known how each ended',
        zh: '得知每个的结果后输出 JSON，供程序使用',
      }),
    )
    .action(async (ids: string[], options: RetryOptions) => {
      process.exitCode = await retry(loadConfig(), ids, options);
    });
}

/** @returns the exit code: that of trouble when a delivery refused, or needs somebody all the same */
async function retry(config: Config, ids: readonly string[], options: RetryOptions): Promise<number> {
  const {
    query,
    rate,
    reason,
    operator = nameOfUser(),
    devices,
    force = false,
    dryRun,
    json = false,
  } = options;
  if (ids.length > 0 === (query !== undefined))
    throw new UsageError(
      say({ en: 'Name deliveries, or give --query.', zh: '请指名投递，或给出 --query。' }),
    );
  const request = { reason, operator, devices, force, dry_run: dryRun === true };
  const [name, ...more] = ids;
  return name !== undefined && more.length === 0
    ? retryOne(config, name, request, json)
    : retryMany(config, { ...(query === undefined ? { ids: [...ids] } : { query }), rate, ...request }, json);
}

type OneRequest = Asking<typeof retryDelivery>['body'];
type ManyRequest = Asking<typeof startRetries>['body'];

/** Asks the delivery itself, and shows how it ends. A refusal is thrown, as all of the API's. */
async function retryOne(config: Config, name: string, body: OneRequest, json: boolean): Promise<number> {
  const asked = await ask(config, retryDelivery, { params: { name }, body });
  const { workflow_id: workflowId, explanation, temporal_ui: temporalUi } = asked;
  if (body.dry_run) {
    if (json) print(asJson(asked));
    else tell([say(foundUnchanged(counted(1, DELIVERIES))), `${workflowId}: ${say(explanation)}`]);
    return EXIT.ok;
  }
  if (!json)
    tell(
      rows([
        [HEADS.workflow, workflowId],
        [{ en: 'retry', zh: '重试' }, say(explanation)],
      ]),
    );
  const otherwise = `npx waybell why ${asShellWord(name)}`;
  const end = await showDelivery(config, { workflowId, temporalUi, otherwise, again: true, json });
  if (json) print(asJson({ ...asked, end: endFacts(end) }));
  return needsSomebody(end) ? EXIT.trouble : EXIT.ok;
}

async function retryMany(config: Config, body: ManyRequest, json: boolean): Promise<number> {
  const asked = await ask(config, startRetries, { body });
  if (asked.retry_id === null) {
    if (json) print(asJson(asked));
    else tellPlan(asked, body.query !== undefined);
    const isWhole = asked.unknown.length === 0 && asked.plan.every(({ kind }) => kind !== 'refused');
    return isWhole ? EXIT.ok : EXIT.trouble;
  }
  if (!json) tell(temporalRow(asked.temporal_ui));
  const progress = await follow(config, asked.retry_id);
  if (!json) tell([describeEnd(progress)]);
  const refusals = await readRefusals(config, asked.retry_id, (page) => {
    if (!json) tellAside(page.map((one) => toned('bad', lineOf(one))));
  });
  const refused = new Set(refusals.map(({ workflow_id: id }) => id));
  // Of more nobody reads each: "waybell attention" has those that wait.
  const isFew = asked.found <= MOST_FOLLOWED;
  const ends = isFew
    ? await followEnds(
        config,
        asked.first.filter((id) => !refused.has(id)),
      )
    : [];
  if (json) print(asJson({ ...progress, refusals, ends: ends.map(endFacts) }));
  else tell(isFew ? endsInWords(ends) : [nextRow('npx waybell attention')]);
  const isDone = progress.state === 'done' && progress.refused === 0;
  return isDone && !ends.some(needsSomebody) ? EXIT.ok : EXIT.trouble;
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

/** All of them, page by page, each of which is shown as it comes. */
async function readRefusals(
  config: Config,
  retryId: string,
  show: (page: Progress['refusals']) => void,
): Promise<Progress['refusals']> {
  const all: Progress['refusals'] = [];
  for (let after: string | undefined; ;) {
    const { refusals } = await look(config, retryId, REFUSALS_PER_PAGE, after);
    if (refusals.length > 0) show(refusals);
    all.push(...refusals);
    if (refusals.length < REFUSALS_PER_PAGE) return all;
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
        throw new UnreachableError(goesOn(requestLine(showRetries, { params }), error), { cause: error });
      await sleep(LOOK_MS);
    }
  }
}

const goesOn = (where: string, { message }: Error): Explanation => ({
  en: `The retry goes on, see ${where}. ${message}`,
  zh: `重试在继续，见 ${where}。${message}`,
});

const foundUnchanged = (found: string): Explanation => ({
  en: `${found} found, nothing changed:`,
  zh: `找到 ${found}，没有做任何更改：`,
});

/** What a delivery does, or why it refuses. */
function lineOf({
  workflow_id: id,
  explanation,
}: Progress['refusals'][number] | Started['plan'][number]): string {
  return say({ en: `${id}: ${explanation.en}`, zh: `${id}：${explanation.zh}` });
}

const RUNS: Noun = { one: 'run of deliveries', many: 'runs of deliveries', zh: '次投递运行' };

/** A query finds runs, and a delivery that was started again has several. */
function tellPlan({ found, plan, unknown }: Started, byQuery: boolean): void {
  // A real retry has them among its refusals.
  if (unknown.length > 0)
    tellAside(
      unknown.map((name) =>
        toned('bad', say({ en: `${name}: no delivery has this name`, zh: `${name}：没有叫这个名字的投递` })),
      ),
    );
  const more = found - plan.length;
  const others = byQuery
    ? {
        en: `and ${more} more runs, of these deliveries or of others that were not looked at`,
        zh: `以及另外 ${more} 次运行，属于这些投递或未查看的其他投递`,
      }
    : { en: `and ${more} more, not looked at`, zh: `以及另外 ${more} 个，未查看` };
  tell([
    say(foundUnchanged(counted(found, byQuery && more > 0 ? RUNS : DELIVERIES))),
    ...plan.map((one) => toned(one.kind === 'refused' ? 'bad' : 'good', lineOf(one))),
    ...(more > 0 ? [say(others)] : []),
  ]);
}

function describeEnd({ state, found, asked, restarted, refused }: Progress): Line {
  const stopped = state === 'stopped';
  return toned(
    stopped || refused > 0 ? 'bad' : 'good',
    say({
      en: `${counted(found, DELIVERIES)}: ${asked} try again, ${restarted} started again, ${refused} refused.${stopped ? ' The retry was stopped before its end.' : ''}`,
      zh: `${counted(found, DELIVERIES)}：${asked} 个重试，${restarted} 个重新开始，${refused} 个拒绝。${stopped ? '重试在结束前被终止。' : ''}`,
    }),
  );
}

function commaList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
