import { hostname } from 'node:os';
import { Command } from 'commander';
import { testMessage } from '../alerting/message';
import { tellRobot } from '../alerting/send';
import { loadAlarmSettings } from '../config/config';
import { inColumns } from '../process/places';
import { asJson, print } from '../terminal';

/** `waybell alarms`: who is told when something is wrong. */
export function alarmsCommand(): Command {
  return new Command('alarms')
    .description('the chat robots that are told of alarms (ALARM_URLS)')
    .addCommand(testCommand());
}

function testCommand(): Command {
  return new Command('test')
    .description(
      'send a test message to every robot, and say what came back; exit code 1 when one did not take it',
    )
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => {
      const {
        alarms: { robots, privateHosts },
        messageLanguage,
      } = loadAlarmSettings();
      if (robots.length === 0)
        throw new Error('Nobody is told of alarms: set ALARM_URLS (docs/settings.md#alarms).');
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
