import type { ArchivedWebhook } from '../database/webhook-archive';
import type { StatusMap } from '../shipment/status';
import { createOwnSystem } from '../sources/own-system';
import { findSource } from '../sources/registry';
import type { Parsed } from '../sources/source';
import type { Channel, Channels } from './channel';

/** What a channel decides that was removed since. */
const FORGOTTEN: Pick<Channel, 'toleranceSeconds' | 'lockerSigned'> = {
  toleranceSeconds: 300,
  lockerSigned: 'available_for_pickup',
};

/** Reads an archived webhook as if it came now, except that its time is that of its receipt. */
export async function readArchived(
  { source: name, channel: channelName, body, mediaType, receivedAt }: ArchivedWebhook,
  channels: Channels,
  statusMap: StatusMap,
): Promise<Parsed> {
  const request = { body, headers: { 'content-type': mediaType } };
  const now = receivedAt.getTime();
  const source = findSource(name);
  if (source) {
    const channel = (await channels.findByName(name, channelName)) ?? FORGOTTEN;
    return source.parse(request, { ...channel, now, statusMap });
  }
  const own = createOwnSystem({ secrets: [], statusMap }).parse(request, now);
  if (own.ok) return { updates: [own.update], flaws: [] };
  return { updates: [], flaws: [{ code: 'body-unreadable', where: name, message: own.message }] };
}
