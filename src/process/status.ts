import { existsSync } from 'node:fs';
import { DateTime } from 'luxon';
import type { z } from 'zod';
import type { journalState } from '../api/health-operations';
import type { Config } from '../config/config';
import { healthUrl, inColumns, placesOf, type Row } from './places';
import { findRunning, nameOf, processFiles, type RunningProcess } from './locks';
import { print } from '../terminal';

/**
 * Exit codes as service scripts have them; 3 is "not running":
 * https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/iniscrptact.html
 */
const READY = 0;
const NOT_READY = 1;
const NOT_RUNNING = 3;

/** `/readyz` answers within 2 s, whatever is away. */
const ANSWER_TIMEOUT_MS = 5_000;

/** What the words of `/readyz` mean; other words are shown as they are. */
const MEANING: Readonly<Record<string, string>> = {
  error: 'error: does not answer',
  none: 'none: deliveries wait in Temporal until one runs',
};

/**
 * `waybell status`: says what runs in DATA_DIR, where it is found, and how each part of it does.
 * @returns the exit code.
 */
export async function status(config: Config): Promise<number> {
  const running = await findRunning(config.dataDir);
  if (running.length === 0) {
    print(`Waybell does not run: nothing uses ${config.dataDir}.`);
    return NOT_RUNNING;
  }
  const reports = await Promise.all(running.map((one) => describe(config, one)));
  print(reports.map(({ lines }) => lines.join('\n')).join('\n\n'));
  return reports.every(({ ready }) => ready) ? READY : NOT_READY;
}

interface Report {
  readonly ready: boolean;
  readonly lines: readonly string[];
}

async function describe(config: Config, one: RunningProcess): Promise<Report> {
  const { log } = processFiles(config.dataDir, one.role);
  const url = healthUrl(config, one.role);
  const [life, readiness] = await Promise.all([ask(`${url}/healthz`), ask(`${url}/readyz`)]);
  const ready = life.body?.['ok'] === true && readiness.body?.['ok'] === true;
  const since = DateTime.fromJSDate(one.since).toFormat('yyyy-MM-dd HH:mm:ss');
  const rows: Row[] = [
    ...placesOf(config, one.role),
    ...(existsSync(log) ? [['Log', log] as const] : []),
    ['Alive', wordsOf(life)],
    ['Ready', wordsOf(readiness)],
    ...partsOf(readiness),
  ];
  return {
    ready,
    lines: [
      `Waybell ${ready ? 'is ready' : 'runs, but is not ready'}: ${nameOf(one)}, since ${since}.`,
      ...inColumns(rows),
    ],
  };
}

type JournalState = z.infer<typeof journalState>;

interface Answer {
  readonly body?: Readonly<Record<string, unknown>>;
  /** Why there is none. */
  readonly problem?: string;
}

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    return { body: (await response.json()) as Record<string, unknown> };
  } catch (error) {
    const { cause, message } = error as Error;
    return { problem: `no answer (${cause instanceof Error ? cause.message : message})` };
  }
}

function wordsOf({ body, problem }: Answer): string {
  return problem ?? (body?.['ok'] === true ? 'yes' : 'no');
}

function partsOf({ body = {} }: Answer): Row[] {
  const { postgresql, temporal, worker, journal, alarms } = body;
  const states = [
    ['PostgreSQL', postgresql],
    ['Temporal', temporal],
    ['Worker', worker],
  ] as const;
  return [
    ...states.flatMap(([name, state]) =>
      typeof state === 'string' ? [[name, MEANING[state] ?? state] as const] : [],
    ),
    ...(Array.isArray(alarms) && alarms.length > 0
      ? [['Alarms', `${alarms.join(', ')}: see "waybell doctor"`] as const]
      : []),
    ...(journal === undefined ? [] : [['Journal', describeJournal(journal as JournalState)] as const]),
  ];
}

function describeJournal({ waiting, oldest_seconds: seconds }: JournalState): string {
  return waiting === 0
    ? 'nothing waits'
    : `${waiting} webhook(s) wait for Temporal, the oldest for ${seconds} s`;
}
