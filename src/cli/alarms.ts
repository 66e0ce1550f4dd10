import { hostname } from 'node:os';
import type { Command } from 'commander';
import { testMessage } from '../alerting/message';
import { tellRobot } from '../alerting/send';
import { loadAlarmSettings } from '../config/config';
import { inColumns } from '../process/places';
import { asJson, print } from '../terminal';
import { UsageError } from './exit-codes';
import { command } from './summaries';

/** `waybell alarms`: who is told when something is wrong. */
export function alarmsCommand(): Command {
  return command('alarms').addCommand(testCommand());
}

function testCommand(): Command {
  return command('alarms test')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      const {
        alarms: { robots, privateHosts },
        messageLanguage,
      } = loadAlarmSettings();
      if (robots.length === 0)
        throw new UsageError('Nobody is told of alarms: set ALARM_URLS (docs/settings.md#alarms).');
      const message = testMessage({ language: messageLanguage, place: hostname() });
      const never = new AbortController().signal;
      const answers = await Promise.all(
        robots.map(async (robot) => ({
          robot: robot.id,
          ...(await tellRobot(robot, message, privateHosts, never)),
        })),
      );
      if (answers.some(({ verdict }) => verdict !== 'taken')) process.exitCode = 1;
      print(
        json
          ? asJson(answers.map(({ robot, verdict, words }) => ({ robot, taken: verdict === 'taken', words })))
          : inColumns(
              answers.map(({ robot, verdict, words }): [string, string] => [
                robot,
                verdict === 'taken' ? 'took the message' : `did not take it: ${words}`,
              ]),
            ).join('\n'),
      );
    });
}
