-- What is wrong, as all processes see it together: one row for each cause that ever was. A cause is over when nobody
-- who looks for it has seen it for a while.
create table if not exists waybell.alarms (
  name text not null,
  -- a provider, a channel or a kind; '' where the alarm knows one only
  subject text not null,
  detail text not null,
  began_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (name, subject)
);

-- A chat robot, by a digest of its URL. Its row is locked while somebody picks what it is to be told.
create table if not exists waybell.alarm_robots (
  robot text primary key,
  -- when it may be told something again
  next_at timestamptz not null default now(),
  answered_at timestamptz,
  -- how many messages in a row it has not taken, and what it said last
  failures integer not null default 0,
  words text not null default ''
);

-- What a robot was told last of a cause.
create table if not exists waybell.alarm_tellings (
  robot text not null,
  name text not null,
  subject text not null,
  -- whether the robot took it for begun
  told_on boolean not null,
  -- the beginning or the end that the tries were about, and how many there were
  about timestamptz not null,
  tries integer not null,
  next_at timestamptz not null,
  primary key (robot, name, subject)
);
