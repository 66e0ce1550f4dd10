import { createHmac } from 'node:crypto';
import { fitting, paragraphsOf, type Spelling } from '../message';
import { readCode, type RobotForm } from './form';

/** Bytes of the whole request are 20 KB. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot */
const LIMIT = 16_000;
/** `frequency limited`: 100 in a minute, 5 in a second; also in the rush of every full and half hour. */
const TOO_MUCH = [11_232];

const asIs = (text: string): string => text;
const PLAIN: Spelling = { sentence: asIs, detail: asIs, command: asIs, footer: asIs };

/** A post is made of texts that mean nothing but themselves: neither links nor mentions. */
export const feishu: RobotForm = {
  request: ({ url, secret }, message, now) => {
    const { title } = message;
    const content = fitting(message, LIMIT, (lines, more) =>
      JSON.stringify(paragraphsOf(message, lines, more, PLAIN).map((text) => [{ tag: 'text', text }])),
    );
    return {
      url,
      body: JSON.stringify({
        ...(secret !== undefined && signature(secret, now)),
        msg_type: 'post',
        content: { post: { zh_cn: { title, content: JSON.parse(content) as unknown } } },
      }),
    };
  },
  // Robots said `StatusCode` before they said `code`, and some gateways still do.
  read: (answer) => readCode(answer, { codes: ['code', 'StatusCode'], words: 'msg', tooMuch: TOO_MUCH }),
};

/** The key is the text, and nothing is signed with it. Good for an hour by the robot's clock. */
function signature(secret: string, now: Date): { timestamp: string; sign: string } {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).update('').digest('base64') };
}
