import type { Trouble } from '../alarms';
import { NO_CHANNEL, type ChannelTraffic, type CountedRefusal } from '../database/channel-traffic';
import { explainRefusal } from '../intake/channels/why-refused';

const HOUR_MS = 60 * 60_000;
/** One may be a mistake of the sender, and two the same one again. */
export const REFUSED_IN_A_ROW = 3;

/**
 * What the alarm is about: channels that lately refused one request after the other. An accepted one ends it, and so
 * does an hour without a refusal. Only requests to the URL of a channel count, or with a proof: strangers raise
 * nothing. Neither counts nor addresses are in the sentences, which are said anew when they change.
 */
export function refusingChannels(traffic: readonly ChannelTraffic[], now: number): Trouble[] {
  return traffic
    .filter(
      ({ channel, refusedInARow, refusedAt }) =>
        channel !== NO_CHANNEL &&
        refusedInARow >= REFUSED_IN_A_ROW &&
        refusedAt !== null &&
        now - refusedAt.getTime() < HOUR_MS,
    )
    .map(({ source, channel, refusals }) => {
      const why = mostFrequent(refusals);
      const door = nameOfDoor(source, channel);
      return {
        subject: door,
        sentence: `${door} refuses what comes${why ? `: ${explainRefusal(why).en}` : ''}.`,
      };
    });
}

function mostFrequent(refusals: readonly CountedRefusal[]): CountedRefusal | undefined {
  return [...refusals].sort((a, b) => b.times - a.times)[0];
}

/** How people call where requests come in. */
export function nameOfDoor(source: string, channel: string): string {
  return channel === '' ? 'POST /webhook/express/status' : `${source} ${channel}`;
}
