import { setTimeout as delay } from 'node:timers/promises';
import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { Command } from 'commander';
import { loadConfig, loadSupabaseKeys, idleSettings, SettingsError, type Config } from '../config/config';
import { inTransaction, openPool } from '../database/pool';
import { NotReachable, problem, type DoctorContext, type Finding, type OpenDatabase } from '../doctor/check';
import { CHECKS } from '../doctor/checks';
import { IDLE_FIX } from '../doctor/checks/surroundings';
import { examine, isHealthy, repairAll, reportAsJson, wordsOf, type Report } from '../doctor/examine';
import { openTemporalLazily, type TemporalClient } from '../process/open-temporal';
import { databaseUrl } from '../process/places';
import { findRunning } from '../process/locks';
import type { Explanation } from '../shipment/explanation';
import { print, tell } from '../terminal';
import { reportInWords } from './doctor-report';
import { EXIT } from './exit-codes';
import { say } from './language';
import { settingInChinese } from './rules-in-chinese';
import { command } from './summaries';

/** Without a deadline the client tries for longer than a check may take; milliseconds. */
const TEMPORAL_DEADLINE_MS = 5_000;
/** What was seen is told by then, whatever still hangs; milliseconds. */
const CLOSE_MS = 500;
/** Status of gRPC. */
const DEADLINE_EXCEEDED = 4;

type Settings = Pick<DoctorContext, 'config' | 'idle' | 'supabase'>;

/** Opens nothing yet: each part is connected to by the first check that needs it. */
async function openDoctorContext(
  settings: Settings,
): Promise<{ readonly context: DoctorContext; readonly close: () => Promise<void> }> {
  const { config } = settings;
  const running = await findRunning(config.dataDir);
  let database: Promise<OpenDatabase> | undefined;
  let temporal: Promise<TemporalClient> | undefined;
  const requireAwake = (kind: Config['database' | 'temporal']['kind'], part: NotReachable['part']): void => {
    if (kind === 'external' || running.length > 0) return;
    const words = {
      en: `${part} is embedded, and Waybell is not started.`,
      zh: `${part} 是内置的，而 Waybell 没有启动。`,
    };
    throw new NotReachable(part, words, true);
  };

  async function openDatabase(): Promise<OpenDatabase> {
    requireAwake(config.database.kind, 'PostgreSQL');
    const { database: place } = config;
    const host = place.kind === 'external' ? new URL(place.url).host : `127.0.0.1:${place.port}`;
    try {
      const url = await databaseUrl(config);
      const pool = openPool(url, () => undefined);
      try {
        await inTransaction(pool, (db) => db.query('select'));
      } catch (error) {
        await pool.end();
        throw error;
      }
      return { url, pool };
    } catch (error) {
      const words = {
        en: `PostgreSQL at ${host} does not answer: ${wordsOf(error)}`,
        zh: `${host} 上的 PostgreSQL 没有应答：${wordsOf(error)}`,
      };
      throw new NotReachable('PostgreSQL', words, false);
    }
  }

  async function openClient(): Promise<TemporalClient> {
    requireAwake(config.temporal.kind, 'Temporal');
    const opened = openTemporalLazily(config);
    const { client, close } = opened;
    const { temporal: place } = config;
    const address = place.kind === 'external' ? place.address : `127.0.0.1:${place.port}`;
    try {
      const ask = () => client.workflowService.getSystemInfo({});
      await client.withDeadline(Date.now() + TEMPORAL_DEADLINE_MS, ask);
      return opened;
    } catch (error) {
      await close();
      // Of its deadline the client tells how it was waited for, and not for whom.
      const isLate = isGrpcServiceError(error) && Number(error.code) === DEADLINE_EXCEEDED;
      const seconds = TEMPORAL_DEADLINE_MS / 1_000;
      const words = isLate
        ? {
            en: `Temporal at ${address} does not answer within ${seconds} s`,
            zh: `${address} 上的 Temporal 在 ${seconds} 秒内没有应答`,
          }
        : {
            en: `Temporal at ${address} does not answer: ${wordsOf(error)}`,
            zh: `${address} 上的 Temporal 没有应答：${wordsOf(error)}`,
          };
      throw new NotReachable('Temporal', words, false);
    }
  }

  return {
    context: {
      ...settings,
      running,
      database: () => (database ??= openDatabase()),
      temporal: async (): Promise<Client> => (await (temporal ??= openClient())).client,
      clock: Date.now,
    },
    close: async () => {
      const closed = Promise.allSettled([
        database?.then(({ pool }) => pool.end()),
        temporal?.then(({ close }) => close()),
      ]);
      // A look that has had its time holds its connection all the same.
      await Promise.race([closed, delay(CLOSE_MS, undefined, { ref: false })]);
    },
  };
}

interface DoctorOptions {
  readonly fix?: boolean;
  readonly json?: boolean;
}

/** `waybell doctor`: looks at everything that Waybell needs. */
export function doctorCommand(): Command {
  return command('doctor')
    .option(
      '--fix',
      say({
        en: 'mend what needs no decision: search attributes, retention, schedule, unique indexes',
        zh: '修复无需决定的问题：搜索属性、保留期、定时计划、唯一索引',
      }),
    )
    .option('--json', say({ en: 'the findings for programs', zh: '供程序读取的结果' }))
    .action(async ({ fix = false, json = false }: DoctorOptions) => {
      const report = await diagnose(fix);
      if (json) print(reportAsJson(report));
      else tell(reportInWords(report));
      process.exitCode = isHealthy(report) ? EXIT.ok : EXIT.trouble;
    });
}

async function diagnose(fix: boolean): Promise<Report> {
  let config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { findings: wrongSettings(error), repaired: [] };
  }
  const settings = { config, idle: idleSettings(), supabase: loadSupabaseKeys() };
  const { context, close } = await openDoctorContext(settings);
  try {
    const findings = await examine(CHECKS, context);
    const repaired = fix ? await repairAll(findings) : [];
    return { findings: repaired.length > 0 ? await examine(CHECKS, context) : findings, repaired };
  } finally {
    await close();
  }
}

const inBoth = (line: string): Explanation => ({ en: line, zh: settingInChinese(line) });

/** All at once. The other checks would look with settings that nobody means. */
function wrongSettings({ problems, idle }: SettingsError): Finding[] {
  return [
    ...problems.map((line) =>
      problem(inBoth(line), {
        en: 'Correct it (docs/settings.md); the doctor then looks at the rest.',
        zh: '请更正它（docs/settings.md）；之后 doctor 会检查其余部分。',
      }),
    ),
    ...idle.map((line) => problem(inBoth(line), IDLE_FIX)),
  ].map((seen) => ({ check: 'settings', ...seen }));
}
