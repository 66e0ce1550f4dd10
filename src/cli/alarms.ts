import { hostname } from 'node:os';
import type { Command } from 'commander';
import { testMessage } from '../alerting/message';
import { tellRobot } from '../alerting/send';
import { loadAlarmSettings } from '../config/config';
import { inColumns } from '../process/places';
import type { Explanation } from '../shipment/explanation';
import { asJson, print, tell } from '../terminal';
import { EXIT, UsageError } from './exit-codes';
import { say } from './language';
import { jsonOption } from './checked-option';
import { command } from './summaries';

/** `waybell alarms`: who is told when something is wrong. */
export function alarmsCommand(): Command {
  return command('alarms').addCommand(testCommand());
}

function testCommand(): Command {
  return command('alarms test')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const {
        alarms: { robots, privateHosts },
        messageLanguage,
      } = loadAlarmSettings();
      if (robots.length === 0)
        throw new UsageError(
          say({
            en: 'Nobody is told of alarms: set ALARM_URLS (docs/settings.md#alarms).',
            zh: '没有人会收到警报：请设置 ALARM_URLS（docs/settings.zh-CN.md#警报）。',
          }),
        );
      const message = testMessage({ language: messageLanguage, place: hostname() });
      const never = new AbortController().signal;
      const answers = await Promise.all(
        robots.map(async (robot) => ({
          robot: robot.id,
          ...(await tellRobot(robot, message, privateHosts, never)),
        })),
      );
      if (answers.some(({ verdict }) => verdict !== 'taken')) process.exitCode = EXIT.trouble;
      if (json) {
        print(
          asJson(answers.map(({ robot, verdict, words }) => ({ robot, taken: verdict === 'taken', words }))),
        );
        return;
      }
      const columns = answers.map(({ robot, verdict, words }): [string, string] => [
        robot,
        say(verdict === 'taken' ? TOOK : didNotTake(words)),
      ]);
      tell(inColumns(columns));
    });
}

const TOOK: Explanation = { en: 'took the message', zh: '已接收消息' };
const didNotTake = (words: string): Explanation => ({
  en: `did not take it: ${words}`,
  zh: `没有接收：${words}`,
});
