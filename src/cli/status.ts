import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { journalState } from '../api/health-operations';
import { loadConfig, type Config } from '../config/config';
import {
  describeProcess,
  findRunning,
  notRunning,
  processFiles,
  type RunningProcess,
} from '../process/locks';
import { healthUrl, inColumns, LOG, placesOf, type Row } from '../process/places';
import { asJson, print, tell, toned, type Line } from '../terminal';
import { EXIT } from './exit-codes';
import { counted, say } from './language';
import { moment } from './moments';
import { jsonOption } from './checked-option';
import { command } from './summaries';

/** `/readyz` answers within 2 s, whatever is away. */
const ANSWER_TIMEOUT_MS = 5_000;

/** `waybell status`: what runs in DATA_DIR, where it is found, and how each part of it does. */
export function statusCommand(): Command {
  return command('status')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      process.exitCode = await status(loadConfig(), json === true);
    });
}

/** @returns the exit code */
async function status(config: Config, json: boolean): Promise<number> {
  const running = await findRunning(config.dataDir);
  const seen = await Promise.all(running.map((one) => look(config, one)));
  if (json) print(asJson({ running: seen.map(factsOf) }));
  else if (seen.length === 0) tell([say(notRunning(config.dataDir))]);
  else tell(seen.flatMap((one, index) => [...(index === 0 ? [] : ['']), ...describe(config, one)]));
  if (seen.length === 0) return EXIT.unreachable;
  return seen.every(({ ready }) => ready) ? EXIT.ok : EXIT.trouble;
}

interface SeenProcess {
  readonly one: RunningProcess;
  readonly ready: boolean;
  readonly life: Answer;
  readonly readiness: Answer;
}

interface Answer {
  readonly body?: Readonly<Record<string, unknown>>;
  /** Why there is none. */
  readonly problem?: string;
}

async function look(config: Config, one: RunningProcess): Promise<SeenProcess> {
  const url = healthUrl(config, one.role);
  const [life, readiness] = await Promise.all([ask(`${url}/healthz`), ask(`${url}/readyz`)]);
  return { one, life, readiness, ready: life.body?.['ok'] === true && readiness.body?.['ok'] === true };
}

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return { body: (await response.json()) as Record<string, unknown> };
  } catch (error) {
    const { cause, message } = error as Error;
    return { problem: cause instanceof Error ? cause.message : message };
  }
}

function factsOf({ one, ready, life, readiness }: SeenProcess): object {
  return {
    role: one.role,
    pid: one.pid,
    since: one.since,
    ready,
    alive: life.body?.['ok'] === true,
    health: readiness.body ?? null,
    problem: readiness.problem ?? life.problem ?? null,
  };
}

function describe(config: Config, { one, ready, life, readiness }: SeenProcess): Line[] {
  const { log } = processFiles(config.dataDir, one.role);
  const since = moment(one.since);
  const { en, zh } = describeProcess(one);
  const head = ready
    ? say({
        en: `Waybell is ready: ${en}, since ${since}.`,
        zh: `Waybell 已就绪：${zh}，启动于 ${since}。`,
      })
    : say({
        en: `Waybell runs, but is not ready: ${en}, since ${since}.`,
        zh: `Waybell 在运行，但未就绪：${zh}，启动于 ${since}。`,
      });
  const rows: Row[] = [
    ...placesOf(config, one.role),
    ...(existsSync(log) ? [[say(LOG), log] as const] : []),
    [say({ en: 'Alive', zh: '存活' }), wordsOf(life)],
    [say({ en: 'Ready', zh: '就绪' }), wordsOf(readiness)],
    ...partsOf(readiness),
  ];
  return [toned(ready ? 'good' : 'bad', head), ...inColumns(rows)];
}

function wordsOf({ body, problem }: Answer): string {
  if (problem !== undefined) return say({ en: `no answer (${problem})`, zh: `没有应答（${problem}）` });
  return body?.['ok'] === true ? say({ en: 'yes', zh: '是' }) : say({ en: 'no', zh: '否' });
}

/** What the words of `/readyz` mean; other words are shown as they are. */
const MEANING = {
  error: { en: 'error: does not answer', zh: 'error：没有应答' },
  none: {
    en: 'none: deliveries wait in Temporal until one runs',
    zh: 'none：投递在 Temporal 中等待，直到有一个运行',
  },
} as const;

const meaningOf = (state: string): string =>
  state === 'error' || state === 'none' ? say(MEANING[state]) : state;

type JournalState = z.infer<typeof journalState>;

function partsOf({ body = {} }: Answer): Row[] {
  const { postgresql, temporal, worker, journal, alarms } = body;
  const states = [
    ['PostgreSQL', postgresql],
    ['Temporal', temporal],
    ['Worker', worker],
  ] as const;
  return [
    ...states.flatMap(([name, state]) =>
      typeof state === 'string' ? [[name, meaningOf(state)] as const] : [],
    ),
    ...(Array.isArray(alarms) && alarms.length > 0 ? [alarmsRow(alarms)] : []),
    ...(journal === undefined
      ? []
      : [[say({ en: 'Journal', zh: '日志簿' }), describeJournal(journal as JournalState)] as const]),
  ];
}

function alarmsRow(alarms: readonly unknown[]): Row {
  const list = alarms.join(', ');
  return [
    say({ en: 'Alarms', zh: '警报' }),
    say({ en: `${list}: see "waybell doctor"`, zh: `${list}：见 waybell doctor` }),
  ];
}

function describeJournal({ waiting, oldest_seconds: seconds }: JournalState): string {
  if (waiting === 0) return say({ en: 'nothing waits', zh: '没有等待的内容' });
  const webhooks = counted(waiting, { one: 'webhook', many: 'webhooks', zh: '个 webhook' });
  return say({
    en: `${webhooks} ${waiting === 1 ? 'waits' : 'wait'} for Temporal, the oldest for ${seconds} s`,
    zh: `${webhooks}在等待 Temporal，最早的已等待 ${seconds} 秒`,
  });
}
