import type { AnswerTo } from '../api/ask';
import type { listChannels } from '../api/channel-operations';
import { isValidAt, type Expiring } from '../intake/channels/channels';
import type { StoredChannel } from '../intake/channels/file';
import { inTable } from '../terminal';
import { timeOf } from './channels-words';

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

const HEADINGS = ['source', 'name', 'secrets', 'URLs', 'created'];
const TRAFFIC_HEADINGS = ['last accepted', 'last refused', 'refused in a day'];

export function channelTable(
  channels: readonly StoredChannel[],
  traffic: readonly Traffic[] | undefined,
  now: number,
): string {
  const rows = [
    [...HEADINGS, ...(traffic ? TRAFFIC_HEADINGS : [])],
    ...channels.map((channel) => [
      channel.source,
      channel.name,
      channel.unsigned ? 'unsigned' : validity(channel.secrets, now),
      validity(channel.tokens, now),
      timeOf(channel.created),
      ...(traffic ? trafficCells(trafficOf(channel, traffic)) : []),
    ]),
  ];
  return inTable(rows);
}

function trafficCells(traffic: Traffic | undefined): string[] {
  if (traffic === undefined) return ['never', 'never', '0'];
  const { accepted_at: accepted, refused_at: refused, day } = traffic;
  return [
    accepted === null ? 'never' : timeOf(accepted),
    refused === null ? 'never' : timeOf(refused),
    day.refused === 0 ? '0' : `${day.refused} of ${day.refused + day.accepted}`,
  ];
}

/** `1`; while it is replaced `1, 1 until 2026-03-05 10:00 UTC`; `none valid` when all have expired. */
function validity(all: readonly Expiring[], now: number): string {
  const valid = all.filter((one) => isValidAt(now, one));
  const lasting = valid.filter(({ expiresAt }) => expiresAt === undefined).length;
  const ending = valid.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [timeOf(expiresAt)]));
  const words = [
    ...(lasting > 0 ? [`${lasting}`] : []),
    ...[...new Set(ending)].map((end) => `${ending.filter((one) => one === end).length} until ${end}`),
  ];
  return words.join(', ') || 'none valid';
}

/** Why each channel refused what it did; then what came to no channel, and to the shop's own route. */
export function refusalsInWords(channels: readonly StoredChannel[], traffic: readonly Traffic[]): string {
  const exists = ({ source, channel }: Traffic): boolean =>
    !channel || channels.some((one) => one.source === source && one.name === channel);
  const refusing = traffic.filter((one) => one.refusals.length > 0 && exists(one));
  if (refusing.length === 0) return '\nNothing was refused in the last seven days.';
  return ['', 'Refused, the newest first:', ...refusing.flatMap(describeRefusals)].join('\n');
}

function describeRefusals({ source, channel, refusals }: Traffic): string[] {
  const shown = refusals.map(
    ({ explanation, times, last_at: at, address, tracking_no: number }) =>
      `  ${[`${times} x`, timeOf(at), address && `from ${address}`, number].filter(Boolean).join(' ')}: ${explanation.en}`,
  );
  return [nameOf(source, channel), ...shown];
}

function nameOf(source: string, channel: string | null): string {
  if (channel === null) return `${source}, of strangers`;
  return channel === '' ? 'POST /webhook/express/status' : `${source} ${channel}`;
}
