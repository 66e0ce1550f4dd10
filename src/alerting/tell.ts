import type pg from 'pg';
import type { Logger } from 'pino';
import type { Alarms, RaisedAlarm } from '../alarms';
import type { AlarmSettings, Robot } from '../config/alarms';
import {
  lockRobot,
  noteAlarms,
  pauseRobot,
  writeRobotAnswer,
  writeTellings,
  type Cause,
  type Telling,
} from '../database/alarms';
import { inTransaction } from '../database/pool';
import { every, type Repeated } from '../every';
import { claimed, dueNow, settled } from './due';
import { composeMessage, type Manner } from './message';
import { tellRobot, type Told } from './send';

/** With the watches before it people hear of a cause within a minute. */
const INTERVAL_MS = 20_000;
/** A watch that has looked so lately would see a cause that goes on; milliseconds. */
const JUDGED_MS = 90_000;
/** Twenty messages in a minute are the least that a robot takes, whoever sends them; milliseconds. */
const BETWEEN_MESSAGES_MS = 3_000;

export interface AlertingParts extends Manner {
  readonly pool: pg.Pool;
  readonly alarms: Alarms;
  readonly settings: AlarmSettings;
  readonly log: Logger;
  readonly intervalMs?: number;
}

/** What may be claimed for a robot, until the answer is there. */
interface Claimed {
  readonly causes: readonly Cause[];
  readonly tellings: readonly Telling[];
}

/**
 * Tells the robots what begins to be wrong and what is over. All processes write what they see into PostgreSQL, and
 * whoever locks a robot's row first tells it, so that a cause is told once. That PostgreSQL itself is away each process
 * that sees it tells by itself, by the same rules.
 */
export function tellRobots(parts: AlertingParts): Repeated {
  const { pool, alarms, settings, log, intervalMs = INTERVAL_MS } = parts;
  const own = createOwnBooks();

  return every(intervalMs, async (stopped) => {
    const raised = alarms.raised();
    own.note(raised.find(({ name }) => name === 'database-away'));
    const shared = raised.filter(({ name }) => name !== 'database-away');
    const isNoted = await inTransaction(pool, (db) => noteAlarms(db, shared, alarms.judged(JUDGED_MS))).then(
      () => true,
      (error: unknown) => {
        log.debug({ err: error }, 'what is wrong could not be written down');
        return false;
      },
    );
    await Promise.all(
      settings.robots.map(async (robot) => {
        await tellOwn(robot, stopped);
        if (isNoted) await tellShared(robot, stopped).catch(logged(robot));
      }),
    );
  });

  /** About the database, which no other process can be asked about. */
  async function tellOwn(robot: Robot, stopped: AbortSignal): Promise<void> {
    const claim = own.claim(robot);
    if (claim.causes.length === 0) return;
    own.settle(robot, claim, await send(robot, claim, stopped));
  }

  async function tellShared(robot: Robot, stopped: AbortSignal): Promise<void> {
    const claim = await inTransaction(pool, async (db): Promise<Claimed> => {
      const books = await lockRobot(db, robot.id);
      const causes = books === null ? [] : dueNow(books.causes, books.tellings, books.now);
      if (books === null || causes.length === 0) return { causes: [], tellings: [] };
      const tellings = causes.map((cause) => claimed(cause, books.tellings, books.now));
      await writeTellings(db, robot.id, tellings);
      await pauseRobot(db, robot.id, BETWEEN_MESSAGES_MS);
      return { causes, tellings };
    });
    if (claim.causes.length === 0) return;
    const told = await send(robot, claim, stopped);
    await inTransaction(pool, async (db) => {
      await writeTellings(db, robot.id, settledAll(claim, told));
      await writeRobotAnswer(db, robot.id, told.verdict === 'taken' ? null : told.words);
      await pauseRobot(db, robot.id, told.pauseMs);
    });
  }

  async function send(robot: Robot, { causes }: Claimed, stopped: AbortSignal): Promise<Told> {
    const told = await tellRobot(robot, composeMessage(causes, parts), settings.privateHosts, stopped);
    if (told.verdict !== 'taken')
      log.warn({ robot: robot.id, words: told.words }, 'a robot did not take an alarm');
    return told;
  }

  function logged(robot: Robot): (error: unknown) => void {
    return (error) => log.debug({ err: error, robot: robot.id }, 'the books of a robot could not be kept');
  }
}

function settledAll({ causes, tellings }: Claimed, { verdict, pauseMs }: Told): Telling[] {
  return causes.flatMap((cause, index) => {
    const telling = tellings[index];
    return telling === undefined ? [] : [settled(telling, cause, verdict, pauseMs)];
  });
}

/** The books about PostgreSQL being away, which it cannot keep itself. */
function createOwnBooks() {
  let cause: Cause | undefined;
  const told = new Map<string, Telling>();
  const tellingsOf = ({ id }: Robot): Telling[] => [told.get(id)].filter((one) => one !== undefined);

  return {
    note(raised: RaisedAlarm | undefined): void {
      const now = new Date();
      if (raised !== undefined) {
        const goesOn = cause?.endedAt === null ? cause : undefined;
        cause = {
          ...{ name: raised.name, subject: raised.subject, detail: raised.sentence },
          ...{ beganAt: goesOn?.beganAt ?? now, endedAt: null },
        };
      } else if (cause?.endedAt === null) cause = { ...cause, endedAt: now };
    },
    claim(robot: Robot): Claimed {
      const now = new Date();
      const causes = cause === undefined ? [] : dueNow([cause], tellingsOf(robot), now);
      const tellings = causes.map((one) => claimed(one, tellingsOf(robot), now));
      for (const telling of tellings) told.set(robot.id, telling);
      return { causes, tellings };
    },
    settle(robot: Robot, claim: Claimed, outcome: Told): void {
      for (const telling of settledAll(claim, outcome)) told.set(robot.id, telling);
    },
  };
}
