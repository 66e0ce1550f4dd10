import { fitting, paragraphsOf, type Spelling } from '../message';
import { readStatus, type RobotForm } from './form';

/** Bytes: Slack asks for 4,000 characters at most. https://docs.slack.dev/reference/methods/chat.postMessage */
const LIMIT = 4_000;

/** Where these three are escaped, nothing is a link or a mention. https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const asCode = (text: string): string => `\`${escaped(text).replaceAll('`', "'")}\``;

const MRKDWN: Spelling = { sentence: escaped, detail: asCode, command: asCode, footer: escaped };

/** Mattermost and Rocket.Chat take the same. */
export const slack: RobotForm = {
  request: ({ url }, message) => {
    const { title } = message;
    const text = fitting(message, LIMIT, (lines, more) =>
      [`*${title}*`, ...paragraphsOf(message, lines, more, MRKDWN)].join('\n'),
    );
    return { url, body: JSON.stringify({ text }) };
  },
  read: readStatus,
};
