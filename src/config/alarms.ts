import { z } from 'zod';
import { ATTENTIONS, type Attention } from '../shipment/delivery';
import { digestOf, reachProblem, readOutgoingUrl, sortUrls } from './outgoing-urls';
import { jsonOf, list, WHSEC } from './setting-fields';

export const ROBOT_KINDS = ['wecom', 'dingtalk', 'feishu', 'slack', 'plain'] as const;
export type RobotKind = (typeof ROBOT_KINDS)[number];

/** Who is told of alarms. Its URL is a secret: whoever has it writes into the chat. */
export interface Robot {
  /** For people, logs and tables: its kind, and a digest of its URL. */
  readonly id: string;
  readonly kind: RobotKind;
  /** Without its secret. */
  readonly url: string;
  /** What its messages are signed with. */
  readonly secret: string | undefined;
}

export interface AlarmSettings {
  readonly robots: readonly Robot[];
  /** Hosts inside the shop's network, which robots may be at, also over http. */
  readonly privateHosts: readonly string[];
  /** How many deliveries may wait for something before that is an alarm. */
  readonly waiting: Readonly<Partial<Record<Attention, number>>>;
}

const KIND_OF_HOST: Readonly<Record<string, RobotKind>> = {
  'qyapi.weixin.qq.com': 'wecom',
  'oapi.dingtalk.com': 'dingtalk',
  'open.feishu.cn': 'feishu',
  'open.larksuite.com': 'feishu',
  'hooks.slack.com': 'slack',
};
/** The others know nothing but the URL. */
const SIGNED: readonly RobotKind[] = ['dingtalk', 'feishu', 'plain'];

/** Each is told by itself; more are a mistake. */
const MOST_ROBOTS = 10;
const PREFIXED = new RegExp(`^(?:(${ROBOT_KINDS.join('|')})\\+)?(https?://.+)$`);

/** @returns the robot, or what is wrong with its URL: never a part of it */
function readRobot(text: string): Robot | string {
  const [, kind, address = ''] = PREFIXED.exec(text) ?? [];
  const read = readOutgoingUrl(address);
  if (typeof read === 'string') return read;
  const { url, secret } = read;
  const known = kind === undefined ? KIND_OF_HOST[url.hostname] : (kind as RobotKind);
  const robot = known ?? 'plain';
  if (secret !== '' && !SIGNED.includes(robot)) return `a robot of ${robot} has no secret after #`;
  if (robot === 'plain' && secret !== '' && !WHSEC.pattern.test(secret))
    return `needs as its secret after #: ${WHSEC.words}`;
  return {
    ...{ id: `${robot}-${digestOf(url)}`, kind: robot, url: url.href },
    secret: secret === '' ? undefined : secret,
  };
}

const robots = list.transform((texts, context): Robot[] => {
  const { found, problems } = sortUrls(texts.map(readRobot), MOST_ROBOTS);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return found;
});

export const alarmFields = {
  ALARM_URLS: robots.default([]),
  ALARM_PRIVATE_HOSTS: list.default([]),
  ALARM_WAITING: jsonOf(z.partialRecord(z.enum(ATTENTIONS), z.number().int().min(1))).default({
    'order-not-found': 500,
    'push-failed': 100,
  }),
};

type AlarmVariables = z.output<z.ZodObject<typeof alarmFields>>;

export function alarmsOf(env: AlarmVariables): AlarmSettings {
  return {
    robots: env.ALARM_URLS,
    privateHosts: env.ALARM_PRIVATE_HOSTS.map((host) => host.toLowerCase()),
    waiting: env.ALARM_WAITING,
  };
}

/** Each line names the variable to change. */
export function alarmContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const read = z.object(alarmFields).safeParse(given);
  // A wrong value is told by itself.
  if (!read.success) return [];
  const { robots: found, privateHosts } = alarmsOf(read.data);
  const named = 'ALARM_PRIVATE_HOSTS';
  return found.flatMap((one) =>
    reachProblem(one, { privateHosts, named }).map((words) => `ALARM_URLS: ${words}`),
  );
}
