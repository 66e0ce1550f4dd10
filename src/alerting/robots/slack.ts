import { fitting } from '../message';
import { readStatus, type RobotForm } from './form';

/** Bytes: Slack asks for 4,000 characters at most. https://docs.slack.dev/reference/methods/chat.postMessage */
const LIMIT = 4_000;

/** Where these three are escaped, nothing is a link or a mention. https://docs.slack.dev/messaging/formatting-message-text */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const asCode = (text: string): string => `\`${escaped(text).replaceAll('`', "'")}\``;

/** Mattermost and Rocket.Chat take the same. */
export const slack: RobotForm = {
  request: ({ url }, message) => {
    const { title, words, footer } = message;
    const text = fitting(message, LIMIT, (lines, more) =>
      [
        `*${title}*`,
        ...lines.flatMap(({ sentence, detail, command }) => [
          escaped(sentence),
          ...(detail === '' ? [] : [asCode(detail)]),
          ...(command === '' ? [] : [`${words.next} ${asCode(command)}`]),
        ]),
        ...(more === '' ? [] : [more]),
        escaped(footer),
      ].join('\n'),
    );
    return { url, body: JSON.stringify({ text }) };
  },
  read: readStatus,
};
