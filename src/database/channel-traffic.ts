import type { Queryable } from './pool';

/** The channel of requests that no channel vouches for. No channel can be called so. */
export const NO_CHANNEL = '-';

/** How many refusals are kept of one channel. */
export const KEPT_REFUSALS = 100;

/** What one process has counted of a channel since it wrote last. */
export interface CountedChannel {
  readonly source: string;
  readonly channel: string;
  readonly acceptedAt: Date | null;
  readonly refusedAt: Date | null;
  /** Since the last accepted one among what was counted. */
  readonly refusedInARow: number;
  readonly spans: readonly CountedSpan[];
  readonly refusals: readonly CountedRefusal[];
}

interface CountedSpan {
  readonly span: Date;
  readonly accepted: number;
  readonly refused: number;
}

/** Requests that were refused alike. */
export interface CountedRefusal {
  readonly reason: string;
  /** The header or the field that it is about. */
  readonly place: string;
  readonly found: string;
  readonly address: string;
  /** Empty where none is known. */
  readonly trackingNo: string;
  readonly times: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Adds what was counted to what all processes have counted. */
export async function addChannelTraffic(db: Queryable, channels: readonly CountedChannel[]): Promise<void> {
  await addStates(db, channels);
  await addSpans(db, channels);
  const refusing = channels.filter(({ refusals }) => refusals.length > 0);
  if (refusing.length === 0) return;
  await addRefusals(db, refusing);
  await forgetOlderRefusals(db, refusing);
}

async function addStates(db: Queryable, channels: readonly CountedChannel[]): Promise<void> {
  await db.query(
    `insert into waybell.channel_states as c (source, channel, accepted_at, refused_at, refused_in_a_row)
     select source, channel, "acceptedAt", "refusedAt", "refusedInARow"
       from jsonb_to_recordset($1::jsonb) as n(source text, channel text, "acceptedAt" timestamptz,
              "refusedAt" timestamptz, "refusedInARow" integer)
      order by source, channel
     on conflict (source, channel) do update
        set accepted_at = greatest(c.accepted_at, excluded.accepted_at),
            refused_at = greatest(c.refused_at, excluded.refused_at),
            refused_in_a_row = excluded.refused_in_a_row
              + case when excluded.accepted_at is null then c.refused_in_a_row else 0 end`,
    [JSON.stringify(channels.map((counted) => ({ ...counted, spans: undefined, refusals: undefined })))],
  );
}

async function addSpans(db: Queryable, channels: readonly CountedChannel[]): Promise<void> {
  await db.query(
    `insert into waybell.channel_spans as s (source, channel, span, accepted, refused)
     select source, channel, span, accepted, refused
       from jsonb_to_recordset($1::jsonb)
         as n(source text, channel text, span timestamptz, accepted integer, refused integer)
      order by source, channel, span
     on conflict (source, channel, span) do update
        set accepted = s.accepted + excluded.accepted, refused = s.refused + excluded.refused`,
    [
      JSON.stringify(
        channels.flatMap(({ source, channel, spans }) => spans.map((span) => ({ source, channel, ...span }))),
      ),
    ],
  );
}

async function addRefusals(db: Queryable, channels: readonly CountedChannel[]): Promise<void> {
  await db.query(
    `insert into waybell.channel_refusals as r
       (source, channel, reason, place, found, address, tracking_no, times, first_at, last_at)
     select source, channel, reason, place, found, address, "trackingNo", times, "firstAt", "lastAt"
       from jsonb_to_recordset($1::jsonb)
         as n(source text, channel text, reason text, place text, found text, address text, "trackingNo" text,
              times integer, "firstAt" timestamptz, "lastAt" timestamptz)
      order by source, channel, reason, place, found, address, "trackingNo"
     on conflict (source, channel, reason, place, found, address, tracking_no) do update
        set times = r.times + excluded.times, first_at = least(r.first_at, excluded.first_at),
            last_at = greatest(r.last_at, excluded.last_at)`,
    [
      JSON.stringify(
        channels.flatMap(({ source, channel, refusals }) =>
          refusals.map((refusal) => ({ source, channel, ...refusal })),
        ),
      ),
    ],
  );
}

/** Of each channel the last ones stay. */
async function forgetOlderRefusals(db: Queryable, channels: readonly CountedChannel[]): Promise<void> {
  await db.query(
    `delete from waybell.channel_refusals
      where id = any (array(
        select older.id
          from unnest($1::text[], $2::text[]) as c(source, channel)
         cross join lateral (
           select id from waybell.channel_refusals r
            where r.source = c.source and r.channel = c.channel
            order by last_at desc, id desc offset ${KEPT_REFUSALS}) older))`,
    [channels.map(({ source }) => source), channels.map(({ channel }) => channel)],
  );
}

const REFUSAL = `reason, place, found, address, tracking_no as "trackingNo", times, first_at as "firstAt", last_at as "lastAt"`;
/** Of each channel, for people. */
const SHOWN_REFUSALS = 5;

export interface Traffic {
  readonly accepted: number;
  readonly refused: number;
}

/** What has come through a channel, in all processes. */
export interface ChannelTraffic {
  readonly source: string;
  readonly channel: string;
  readonly acceptedAt: Date | null;
  readonly refusedAt: Date | null;
  readonly refusedInARow: number;
  readonly hour: Traffic;
  readonly day: Traffic;
  /** Those of the last days, the newest first. */
  readonly refusals: readonly CountedRefusal[];
}

/** Every channel through which something has come, also those that are removed. */
export async function listChannelTraffic(db: Queryable): Promise<ChannelTraffic[]> {
  const { rows } = await db.query<TrafficRow>(
    `select c.source, c.channel, c.accepted_at as "acceptedAt", c.refused_at as "refusedAt",
            c.refused_in_a_row as "refusedInARow", s.hour, s.day, r.refusals
       from waybell.channel_states c
      cross join lateral (
        select ${sumsOf('hour')} as hour, ${sumsOf('day')} as day
          from waybell.channel_spans s
         where s.source = c.source and s.channel = c.channel and s.span > now() - interval '1 day') s
      cross join lateral (
        select coalesce(jsonb_agg(to_jsonb(newest) - 'id' order by newest."lastAt" desc, newest.id desc), '[]') as refusals
          from (select id, ${REFUSAL} from waybell.channel_refusals r
                 where r.source = c.source and r.channel = c.channel
                 order by r.last_at desc, r.id desc limit ${SHOWN_REFUSALS}) newest) r
      order by c.source, c.channel`,
  );
  return rows.map(({ refusals, ...row }) => ({
    ...row,
    refusals: refusals.map(({ firstAt, lastAt, ...refusal }) => ({
      ...refusal,
      firstAt: new Date(firstAt),
      lastAt: new Date(lastAt),
    })),
  }));
}

type TrafficRow = Omit<ChannelTraffic, 'refusals'> & {
  /** As JSON has them. */
  readonly refusals: readonly (Omit<CountedRefusal, 'firstAt' | 'lastAt'> & {
    readonly firstAt: string;
    readonly lastAt: string;
  })[];
};

function sumsOf(time: 'hour' | 'day'): string {
  const sum = (column: keyof Traffic): string =>
    `'${column}', coalesce(sum(s.${column}) filter (where s.span > now() - interval '1 ${time}'), 0)`;
  return `jsonb_build_object(${sum('accepted')}, ${sum('refused')})`;
}

/** A refusal, and the channel that it came through. */
export interface RefusalOfNumber extends CountedRefusal {
  readonly source: string;
  readonly channel: string;
}

/** Requests about a number that were refused, the newest first. */
export async function findRefusals(db: Queryable, trackingNo: string): Promise<RefusalOfNumber[]> {
  const { rows } = await db.query<RefusalOfNumber>(
    `select source, channel, ${REFUSAL} from waybell.channel_refusals
      where tracking_no = $1 and tracking_no <> '' order by last_at desc, id desc limit ${SHOWN_REFUSALS}`,
    [trackingNo],
  );
  return rows;
}
