import {
  listChannelTraffic,
  NO_CHANNEL,
  type ChannelTraffic,
  type CountedRefusal,
} from '../../database/channel-traffic';
import { inTransaction } from '../../database/pool';
import { findPendingMigrations } from '../../database/schema/migrate';
import { readChannelsFile } from '../../intake/channels/file';
import { explainRefusal, refusalFix, type RefusalReason } from '../../intake/channels/why-refused';
import { findSource } from '../../sources/registry';
import { ok, problem, warning, type Check, type Seen } from '../check';
import { nameOfDoor, REFUSED_IN_A_ROW } from '../refusing-channels';

/** What was refused of what came lately, at the channels that there are and before their doors. */
export const refusals: Check = {
  name: 'channels',
  async run({ config, database }) {
    const { pool } = await database();
    // Before the migration nobody can count anything.
    if ((await findPendingMigrations(pool)).length > 0) return [];
    // What is wrong with the file, its own check says.
    const stored = await readChannelsFile(config.channelsFile).catch(() => []);
    const all = await inTransaction(pool, listChannelTraffic);
    const exists = ({ source, channel }: ChannelTraffic): boolean =>
      channel === '' || stored.some((one) => one.source === source && one.name === channel);
    const nothingCame = all.every(({ day }) => day.accepted === 0);
    const seen = all
      .filter(({ day }) => day.refused > 0)
      .flatMap((one) => {
        if (one.channel === NO_CHANNEL) return [judgeStrangers(one, nothingCame)];
        return exists(one) ? [judgeChannel(one)] : [];
      });
    return seen.length > 0 ? seen : [ok('No webhook was refused in the last day.')];
  },
};

function judgeChannel(traffic: ChannelTraffic): Seen {
  const { source, channel, day, refusedInARow, refusals: known } = traffic;
  const found = `${nameOfDoor(source, channel)} refused ${counted(traffic)}${wordsOf(known[0])}.`;
  const fix = fixFor(source, channel, known[0]);
  return refusedInARow >= REFUSED_IN_A_ROW || day.accepted === 0 ? problem(found, fix) : warning(found, fix);
}

/** Anybody can be refused so. It is a problem only where nothing else comes: then it is the sender who is missed. */
function judgeStrangers({ source, day, refusals: known }: ChannelTraffic, nothingCame: boolean): Seen {
  const found = `${day.refused} request(s) in the last day said that they are of ${titleOf(source)}, and showed nothing of it${wordsOf(known[0])}.`;
  const fix = fixFor(source, NO_CHANNEL, known[0]);
  return nothingCame ? problem(`${found} No webhook was accepted in that time.`, fix) : warning(found, fix);
}

function counted({ hour, day }: ChannelTraffic): string {
  const [{ accepted, refused }, time] = hour.refused > 0 ? [hour, 'hour'] : [day, 'day'];
  return `${refused} of ${refused + accepted} in the last ${time}`;
}

function wordsOf(refusal: CountedRefusal | undefined): string {
  if (refusal === undefined) return '';
  const { address, lastAt } = refusal;
  return `: ${explainRefusal(refusal).en}; the last at ${lastAt.toISOString()}${address && ` from ${address}`}`;
}

const PROOF_REASONS: readonly string[] = [
  'header-missing',
  'header-malformed',
  'header-mismatch',
] satisfies RefusalReason[];

function fixFor(source: string, channel: string, refusal: CountedRefusal | undefined): string {
  const reason = refusal?.reason ?? '';
  // The shop's own route has no channel that could be rotated.
  const isRoute = channel === '' || channel === NO_CHANNEL;
  if (isRoute && PROOF_REASONS.includes(reason)) return 'Let the sender sign with one of WEBHOOK_SECRETS.';
  const name = reason === 'url-expired' ? refusal?.place : channel;
  const rotate = `waybell channels rotate ${source} ${name}`;
  return refusalFix(reason, rotate, titleOf(source));
}

function titleOf(source: string): string {
  return findSource(source)?.title ?? source;
}
