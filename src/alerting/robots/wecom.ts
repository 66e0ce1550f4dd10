import { fitting, paragraphsOf } from '../message';
import { MARKDOWN, readCode, type RobotForm } from './form';

/** Bytes of `markdown.content`; of `text.content` half of it. https://developer.work.weixin.qq.com/document/path/91770 */
const LIMIT = 4_096;
/** `api freq out of limit`: more than 20 messages in a minute. */
const TOO_MUCH = [45_009];

/** Its Markdown knows bold, quotes and code of one line, and no escapes: what others have said stands as code. */
export const wecom: RobotForm = {
  request: ({ url }, message) => {
    const { title } = message;
    const content = fitting(message, LIMIT, (lines, more) =>
      [`**${title}**`, ...paragraphsOf(message, lines, more, MARKDOWN)].join('\n'),
    );
    return { url, body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }) };
  },
  read: (answer) => readCode(answer, { codes: ['errcode'], words: 'errmsg', tooMuch: TOO_MUCH }),
};
