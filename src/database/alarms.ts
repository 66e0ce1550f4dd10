import type { AlarmName, RaisedAlarm } from '../alarms';
import type { Queryable } from './pool';

/** A cause that one process sees may be told by another, which sees the same a little later; milliseconds. */
const UNSEEN_MS = 60_000;

/**
 * Notes what this process sees, and ends what nobody has seen for a while.
 * @param judged the alarms that this process looks for, and so may end
 */
export async function noteAlarms(
  db: Queryable,
  raised: readonly RaisedAlarm[],
  judged: readonly AlarmName[],
): Promise<void> {
  // In one order, so that two processes do not wait for each other; and each cause once.
  const causes = [...new Map(raised.map((one) => [`${one.name} ${one.subject}`, one])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
  await db.query(
    `insert into waybell.alarms as a (name, subject, detail)
     select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict (name, subject) do update
        set detail = excluded.detail, seen_at = now(), ended_at = null,
            began_at = case when a.ended_at is null then a.began_at else now() end`,
    [
      causes.map(({ name }) => name),
      causes.map(({ subject }) => subject),
      causes.map(({ sentence, detail }) => (detail === undefined ? sentence : `${sentence} ${detail}`)),
    ],
  );
  await db.query(
    `update waybell.alarms set ended_at = now()
      where ended_at is null and name = any ($1) and seen_at < now() - $2 * interval '1 millisecond'`,
    [judged, UNSEEN_MS],
  );
}

/** A cause, as all processes see it together. */
export interface Cause {
  readonly name: AlarmName;
  readonly subject: string;
  readonly detail: string;
  readonly beganAt: Date;
  /** `null` while it goes on. */
  readonly endedAt: Date | null;
}

/** What a robot was told last of a cause. */
export interface Telling {
  readonly name: AlarmName;
  readonly subject: string;
  /** Whether the robot took it for begun. */
  readonly on: boolean;
  /** The beginning or the end that was tried last, and how often. */
  readonly about: Date;
  readonly tries: number;
  /** Not again before. */
  readonly nextAt: Date;
}

export interface RobotBooks {
  readonly causes: readonly Cause[];
  readonly tellings: readonly Telling[];
  /** By the clock of the database. */
  readonly now: Date;
}

/**
 * What a robot could be told, and what it was told; holds the robot against other processes until the transaction ends.
 * @returns `null` while another process has it, or it is to be left alone
 */
export async function lockRobot(db: Queryable, robot: string): Promise<RobotBooks | null> {
  await db.query('insert into waybell.alarm_robots (robot) values ($1) on conflict do nothing', [robot]);
  const { rows: own } = await db.query<{ now: Date }>(
    `select now() as now from waybell.alarm_robots
      where robot = $1 and next_at <= now() for update skip locked`,
    [robot],
  );
  const [free] = own;
  if (free === undefined) return null;
  const { rows: causes } = await db.query<Cause>(
    `select name, subject, detail, began_at as "beganAt", ended_at as "endedAt"
       from waybell.alarms order by began_at, name, subject`,
  );
  const { rows: tellings } = await db.query<Telling>(
    `select name, subject, told_on as "on", about, tries, next_at as "nextAt"
       from waybell.alarm_tellings where robot = $1`,
    [robot],
  );
  return { causes, tellings, now: free.now };
}

export async function writeTellings(
  db: Queryable,
  robot: string,
  tellings: readonly Telling[],
): Promise<void> {
  for (const { name, subject, on, about, tries, nextAt } of tellings) {
    await db.query(
      `insert into waybell.alarm_tellings (robot, name, subject, told_on, about, tries, next_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (robot, name, subject) do update
          set told_on = excluded.told_on, about = excluded.about, tries = excluded.tries, next_at = excluded.next_at`,
      [robot, name, subject, on, about, tries, nextAt],
    );
  }
}

/** Leaves a robot alone for so long: between two messages, or because it asked for it. */
export async function pauseRobot(db: Queryable, robot: string, pauseMs: number): Promise<void> {
  await db.query(
    `update waybell.alarm_robots set next_at = greatest(next_at, now() + $2 * interval '1 millisecond')
      where robot = $1`,
    [robot, pauseMs],
  );
}

/** @param words what it said instead of taking the message; `null` when it took it */
export async function writeRobotAnswer(db: Queryable, robot: string, words: string | null): Promise<void> {
  await db.query(
    `update waybell.alarm_robots
        set answered_at = now(), failures = case when $2::text is null then 0 else failures + 1 end,
            words = coalesce($2, '')
      where robot = $1`,
    [robot, words],
  );
}

/** How a robot took what it was told last. */
export interface RobotState {
  readonly robot: string;
  readonly answeredAt: Date | null;
  readonly failures: number;
  readonly words: string;
}

export async function listRobots(db: Queryable, robots: readonly string[]): Promise<RobotState[]> {
  const { rows } = await db.query<RobotState>(
    `select robot, answered_at as "answeredAt", failures, words
       from waybell.alarm_robots where robot = any ($1) order by robot`,
    [robots],
  );
  return rows;
}
