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
import { joined, type Explanation } from '../../shipment/explanation';
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
    return seen.length > 0 ? seen : [NOTHING_REFUSED];
  },
};

const NOTHING_REFUSED = ok({
  en: 'No webhook was refused in the last day.',
  zh: '最近一天没有拒绝任何 webhook。',
});

function judgeChannel(traffic: ChannelTraffic): Seen {
  const { source, channel, day, refusedInARow, refusals: known } = traffic;
  const [door, count, words] = [nameOfDoor(source, channel), counted(traffic), wordsOf(known[0])];
  const found = {
    en: `${door} refused ${count.en}${words.en}.`,
    zh: `${door} ${count.zh}${words.zh}。`,
  };
  const fix = fixFor(source, channel, known[0]);
  return refusedInARow >= REFUSED_IN_A_ROW || day.accepted === 0 ? problem(found, fix) : warning(found, fix);
}

/** Anybody can be refused so. It is a problem only where nothing else comes: then it is the sender who is missed. */
function judgeStrangers({ source, day, refusals: known }: ChannelTraffic, nothingCame: boolean): Seen {
  const words = wordsOf(known[0]);
  const found = {
    en: `${day.refused} request(s) in the last day said that they are of ${titleOf(source)}, and showed nothing of it${words.en}.`,
    zh: `最近一天有 ${day.refused} 个请求自称来自 ${titleOf(source)}，却没有任何证明${words.zh}。`,
  };
  const fix = fixFor(source, NO_CHANNEL, known[0]);
  return nothingCame ? problem(joined(found, NOTHING_CAME), fix) : warning(found, fix);
}

const NOTHING_CAME: Explanation = {
  en: 'No webhook was accepted in that time.',
  zh: '这段时间没有接受任何 webhook。',
};

function counted({ hour, day }: ChannelTraffic): Explanation {
  const isFresh = hour.refused > 0;
  const { accepted, refused } = isFresh ? hour : day;
  return {
    en: `${refused} of ${refused + accepted} in the last ${isFresh ? 'hour' : 'day'}`,
    zh: `最近${isFresh ? '一小时' : '一天'} ${refused + accepted} 个请求中拒绝了 ${refused} 个`,
  };
}

function wordsOf(refusal: CountedRefusal | undefined): Explanation {
  if (refusal === undefined) return { en: '', zh: '' };
  const { address, lastAt } = refusal;
  const { en, zh } = explainRefusal(refusal);
  const at = lastAt.toISOString();
  return {
    en: `: ${en}; the last at ${at}${address && ` from ${address}`}`,
    zh: `：${zh}；最后一次在 ${at}${address && `，来自 ${address}`}`,
  };
}

const PROOF_REASONS: readonly string[] = [
  'header-missing',
  'header-malformed',
  'header-mismatch',
] satisfies RefusalReason[];

function fixFor(source: string, channel: string, refusal: CountedRefusal | undefined): Explanation {
  const reason = refusal?.reason ?? '';
  // The shop's own route has no channel that could be rotated.
  const isRoute = channel === '' || channel === NO_CHANNEL;
  if (isRoute && PROOF_REASONS.includes(reason)) return LET_SIGN;
  const name = reason === 'url-expired' ? refusal?.place : channel;
  const rotate = `waybell channels rotate ${source} ${name}`;
  return refusalFix(reason, rotate, titleOf(source));
}

const LET_SIGN: Explanation = {
  en: 'Let the sender sign with one of WEBHOOK_SECRETS.',
  zh: '请让发送方用 WEBHOOK_SECRETS 中的一个签名。',
};

function titleOf(source: string): string {
  return findSource(source)?.title ?? source;
}
