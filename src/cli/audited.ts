import { hostname, userInfo } from 'node:os';
import type pg from 'pg';
import { loadDatabaseSettings, loadDataDir } from '../config/config';
import { userBeforeSudo } from '../config/surroundings';
import { insertDecision, writeOutcome, type Decision } from '../database/audit';
import { inTransaction, openPool } from '../database/pool';
import { databaseUrl } from '../process/places';
import { tellAside } from '../terminal';
import { say } from './language';

/** What a command does to deliveries or their surroundings. */
export interface Command {
  readonly action: string;
  readonly subject: string;
  /** Never a secret. */
  readonly asked?: object;
}

/** Who types, as the operating system says it; behind `sudo`, who was before. */
export function typist(): string {
  return `command:${userBeforeSudo() ?? userName()}`;
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Writes down who does what, does it, and writes down how it ended. What cannot be written down is not done. */
export async function audited<T>(pool: pg.Pool, command: Command, act: () => Promise<T>): Promise<T> {
  const id = await inTransaction(pool, (db) => insertDecision(db, decisionOf(command)));
  let outcome = 'failed';
  try {
    const done = await act();
    outcome = 'done';
    return done;
  } finally {
    await inTransaction(pool, (db) => writeOutcome(db, id, outcome)).catch((error: unknown) => {
      tellAside([
        say({
          en: `The audit does not say how this ended: ${String(error)}`,
          zh: `审计没有记下这件事的结果：${String(error)}`,
        }),
      ]);
    });
  }
}

/** Writes down what was done to files, which no database needs to be there for; says when it cannot. */
export async function noteDone(command: Command): Promise<void> {
  let pool: pg.Pool | undefined;
  try {
    const { database } = loadDatabaseSettings();
    const opened = openPool(await databaseUrl({ database, dataDir: loadDataDir() }), () => undefined);
    pool = opened;
    await inTransaction(opened, async (db) => {
      await writeOutcome(db, await insertDecision(db, decisionOf(command)), 'done');
    });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    tellAside([
      say({
        en: `This is not in the audit, since the database does not take it: ${words}`,
        zh: `这件事没有记入审计，因为数据库没有接受：${words}`,
      }),
    ]);
  } finally {
    await pool?.end();
  }
}

function decisionOf({ action, subject, asked = {} }: Command): Decision {
  return { actor: typist(), place: hostname(), action, subject, asked: JSON.stringify(asked) };
}
