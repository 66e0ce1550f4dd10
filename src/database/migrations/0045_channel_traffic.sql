-- What comes through each channel. Every API process counts in memory and adds here what it has counted, every some
-- seconds: a refused request costs no statement. Channel '' is the shop's own route; '-' stands for requests that no
-- channel vouches for, because nothing in them shows who sent them.
create table if not exists waybell.channel_states (
  source text not null,
  channel text not null,
  accepted_at timestamptz,
  refused_at timestamptz,
  -- refused since the last one that was accepted
  refused_in_a_row integer not null default 0,
  primary key (source, channel)
);

-- How many, by ten minutes.
create table if not exists waybell.channel_spans (
  source text not null,
  channel text not null,
  span timestamptz not null,
  accepted integer not null,
  refused integer not null,
  primary key (source, channel, span)
);
create index if not exists channel_spans_span on waybell.channel_spans (span);

-- What was refused, and why; alike is one row. No body is kept, and a number only of a request to the URL of a channel.
create table if not exists waybell.channel_refusals (
  id bigint generated always as identity primary key,
  source text not null,
  channel text not null,
  reason text not null,
  -- the header or the field that it is about, and which are there that may be meant
  place text not null,
  found text not null,
  address text not null,
  -- '' where none is known
  tracking_no text not null,
  times integer not null,
  first_at timestamptz not null,
  last_at timestamptz not null
);
create unique index if not exists channel_refusals_alike
  on waybell.channel_refusals (source, channel, reason, place, found, address, tracking_no);
create index if not exists channel_refusals_newest on waybell.channel_refusals (source, channel, last_at desc, id desc);
create index if not exists channel_refusals_number on waybell.channel_refusals (tracking_no) where tracking_no <> '';
create index if not exists channel_refusals_last on waybell.channel_refusals (last_at);
