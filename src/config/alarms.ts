import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ATTENTIONS, type Attention } from '../shipment/delivery';
import { reachOf } from './network-reach';
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

const LONGEST_URL = 2_048;
/** Each is told by itself; more are a mistake. */
const MOST_ROBOTS = 10;
const PREFIXED = new RegExp(`^(?:(${ROBOT_KINDS.join('|')})\\+)?(https?://.+)$`);

/** @returns the robot, or what is wrong with its URL: never a part of it */
function readRobot(text: string): Robot | string {
  const [, kind, address = ''] = PREFIXED.exec(text) ?? [];
  if (text.length > LONGEST_URL || !URL.canParse(address)) return 'must be an https URL';
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return 'must not have a user or a password in it';
  const known = kind === undefined ? KIND_OF_HOST[url.hostname] : (kind as RobotKind);
  const secret = decodeURIComponent(url.hash.slice(1));
  url.hash = '';
  const robot = known ?? 'plain';
  if (secret !== '' && !SIGNED.includes(robot)) return `a robot of ${robot} has no secret after #`;
  if (robot === 'plain' && secret !== '' && !WHSEC.pattern.test(secret))
    return `needs as its secret after #: ${WHSEC.words}`;
  const digest = createHash('sha256').update(url.href).digest('hex').slice(0, 8);
  return {
    ...{ id: `${robot}-${digest}`, kind: robot, url: url.href },
    secret: secret === '' ? undefined : secret,
  };
}

const robots = list.transform((texts, context): Robot[] => {
  const read = texts.map((text) => {
    try {
      return readRobot(text);
    } catch {
      return 'must be an https URL';
    }
  });
  const complain = (message: string): void => context.addIssue({ code: 'custom', message });
  if (read.length > MOST_ROBOTS) complain(`at most ${MOST_ROBOTS}`);
  const ids = read.map((one) => (typeof one === 'string' ? '' : one.id));
  read.forEach((one, index) => {
    if (typeof one === 'string') complain(`the ${index + 1}. URL ${one}`);
    else if (ids.indexOf(one.id) < index) complain(`the ${index + 1}. URL stands there twice`);
  });
  return read.filter((one) => typeof one !== 'string');
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

/**
 * What leads out of the shop's network is encrypted, and nothing leads into it that is not named: a robot's URL is
 * opened from inside. Each line names the variable to change.
 */
export function alarmContradictions(given: Readonly<Record<string, string | undefined>>): string[] {
  const read = z.object(alarmFields).safeParse(given);
  // A wrong value is told by itself.
  if (!read.success) return [];
  const { robots: found, privateHosts } = alarmsOf(read.data);
  return found.flatMap(({ url, id }) => {
    const { protocol, hostname } = new URL(url);
    if (isNamed(hostname, privateHosts)) return [];
    if (reachOf(hostname) !== 'public')
      return [`ALARM_URLS: ${id} is inside the network; name its host in ALARM_PRIVATE_HOSTS`];
    return protocol === 'https:' ? [] : [`ALARM_URLS: ${id} is reached without TLS; it must be https`];
  });
}

/** Whether a host, as it stands in a URL, is one of those that are inside and may be reached. */
export const isNamed = (hostname: string, privateHosts: readonly string[]): boolean =>
  privateHosts.includes(hostname.replace(/^\[|\]$/g, '').toLowerCase());
