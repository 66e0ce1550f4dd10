import { createHmac } from 'node:crypto';
import { fitting, paragraphsOf } from '../message';
import { MARKDOWN, readCode, type RobotForm } from './form';

/** Bytes of the text: a robot takes 20,000 of the whole message. https://open.dingtalk.com/document/robots/custom-robot-access */
const LIMIT = 15_000;
/** More than 20 messages in a minute: the robot is blocked for ten. */
const TOO_MUCH = [130_101, 410_100];

/** Its Markdown wants a blank line between two lines. A robot with key words lets through what holds one: `Waybell`. */
export const dingtalk: RobotForm = {
  request: ({ url, secret }, message, now) => {
    const { title } = message;
    const text = fitting(message, LIMIT, (lines, more) =>
      [`### ${title}`, ...paragraphsOf(message, lines, more, MARKDOWN)].join('\n\n'),
    );
    return {
      url: secret === undefined ? url : signed(url, secret, now),
      body: JSON.stringify({ msgtype: 'markdown', markdown: { title, text } }),
    };
  },
  read: (answer) => readCode(answer, { codes: ['errcode'], words: 'errmsg', tooMuch: TOO_MUCH }),
};

/** The secret is the key, and part of the text as well. Good for an hour by the robot's clock. */
function signed(url: string, secret: string, now: Date): string {
  const timestamp = String(now.getTime());
  const target = new URL(url);
  target.searchParams.set('timestamp', timestamp);
  target.searchParams.set(
    'sign',
    createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64'),
  );
  return target.href;
}
