import type { AnswerTo } from '../api/ask';
import type { listChannels } from '../api/channel-operations';
import { isValidAt, type Expiring } from '../intake/channels/channels';
import type { StoredChannel } from '../intake/channels/file';
import { inTable, toned, type Line } from '../terminal';
import { say } from './language';
import { clock, moment } from './moments';

/** What `waybell channels list` says. Never a secret or a URL. */

type Traffic = AnswerTo<typeof listChannels>['channels'][number];

/** What came through a channel; nothing is known of one through which nothing came. */
function trafficOf(
  { source, name }: Pick<StoredChannel, 'source' | 'name'>,
  traffic: readonly Traffic[],
): Traffic | undefined {
  return traffic.find((one) => one.source === source && one.channel === name);
}

/**
 * What may be shown of the channels: everything but their secrets and the hashes of their tokens.
 * @param traffic absent where the API does not tell
 */
export function channelFacts(
  channels: readonly StoredChannel[],
  traffic: readonly Traffic[] | undefined,
): Record<string, unknown>[] {
  const expiries = (all: readonly Expiring[]): Expiring[] =>
    all.map(({ expiresAt }) => (expiresAt === undefined ? {} : { expiresAt }));
  return channels.map(({ secrets, tokens, ...rest }) => ({
    ...rest,
    secrets: expiries(secrets),
    tokens: expiries(tokens),
    ...(traffic && { traffic: trafficOf(rest, traffic) ?? null }),
  }));
}

const HEADINGS = [
  { en: 'source', zh: '来源' },
  { en: 'name', zh: '名称' },
  { en: 'secrets', zh: '密钥' },
  { en: 'URLs', zh: '地址' },
  { en: 'created', zh: '创建于' },
];
const TRAFFIC_HEADINGS = [
  { en: 'last accepted', zh: '最近接受' },
  { en: 'last refused', zh: '最近拒绝' },
  { en: 'refused in a day', zh: '一天内拒绝' },
];
const NEVER = { en: 'never', zh: '从未' };

export function channelTable(
  channels: readonly StoredChannel[],
  traffic: readonly Traffic[] | undefined,
  now: number,
): string {
  const rows = [
    [...HEADINGS, ...(traffic ? TRAFFIC_HEADINGS : [])].map(say),
    ...channels.map((channel) => [
      channel.source,
      channel.name,
      channel.unsigned ? say({ en: 'unsigned', zh: '无签名' }) : validity(channel.secrets, now),
      validity(channel.tokens, now),
      clock(channel.created),
      ...(traffic ? trafficCells(trafficOf(channel, traffic)) : []),
    ]),
  ];
  return inTable(rows);
}

function trafficCells(traffic: Traffic | undefined): string[] {
  if (traffic === undefined) return [say(NEVER), say(NEVER), '0'];
  const { accepted_at: accepted, refused_at: refused, day } = traffic;
  return [
    accepted === null ? say(NEVER) : clock(accepted),
    refused === null ? say(NEVER) : clock(refused),
    day.refused === 0
      ? '0'
      : say({
          en: `${day.refused} of ${day.refused + day.accepted}`,
          zh: `${day.refused} / ${day.refused + day.accepted}`,
        }),
  ];
}

/** `1`; while it is replaced `1, 1 until 2026-03-05 10:00`; `none valid` when all have expired. */
function validity(all: readonly Expiring[], now: number): string {
  const valid = all.filter((one) => isValidAt(now, one));
  const lasting = valid.filter(({ expiresAt }) => expiresAt === undefined).length;
  const ending = valid.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [clock(expiresAt)]));
  const words = [
    ...(lasting > 0 ? [`${lasting}`] : []),
    ...[...new Set(ending)].map((end) => {
      const count = ending.filter((one) => one === end).length;
      return say({ en: `${count} until ${end}`, zh: `${count} 到 ${end} 为止` });
    }),
  ];
  return words.join(', ') || say({ en: 'none valid', zh: '均已失效' });
}

/** Why each channel refused what it did; then what came to no channel, and to the shop's own route. */
export function refusalsInWords(channels: readonly StoredChannel[], traffic: readonly Traffic[]): Line[] {
  const exists = ({ source, channel }: Traffic): boolean =>
    !channel || channels.some((one) => one.source === source && one.name === channel);
  const refusing = traffic.filter((one) => one.refusals.length > 0 && exists(one));
  if (refusing.length === 0)
    return ['', say({ en: 'Nothing was refused in the last seven days.', zh: '最近七天没有拒绝任何请求。' })];
  return [
    '',
    say({ en: 'Refused, the newest first:', zh: '被拒绝的请求，最新的在前：' }),
    ...refusing.flatMap(describeRefusals),
  ];
}

function describeRefusals({ source, channel, refusals }: Traffic): Line[] {
  const shown = refusals.map(({ explanation, times, last_at: at, address, tracking_no: number }) => {
    const from = address === null ? null : say({ en: `from ${address}`, zh: `来自 ${address}` });
    const facts = [`${times} x`, moment(at), from, number].filter(Boolean).join(' ');
    return toned('bad', say({ en: `  ${facts}: ${explanation.en}`, zh: `  ${facts}：${explanation.zh}` }));
  });
  return [nameOf(source, channel), ...shown];
}

function nameOf(source: string, channel: string | null): string {
  if (channel === null) return say({ en: `${source}, of strangers`, zh: `${source}，来自陌生人` });
  return channel === '' ? 'POST /webhook/express/status' : `${source} ${channel}`;
}
