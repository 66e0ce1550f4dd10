import { isValidAt, type Expiring } from '../intake/expiry';
import type { StoredChannel } from '../intake/channels/file';
import { timeOf } from './channels-words';

const HEADINGS = ['source', 'name', 'secrets', 'URLs', 'created'];

/** What may be shown of a channel: everything but its secrets and the hashes of its tokens. */
export function channelFacts({ secrets, tokens, ...rest }: StoredChannel): Record<string, unknown> {
  const expiries = (all: readonly Expiring[]): Expiring[] =>
    all.map(({ expiresAt }) => (expiresAt === undefined ? {} : { expiresAt }));
  return { ...rest, secrets: expiries(secrets), tokens: expiries(tokens) };
}

export function channelTable(channels: readonly StoredChannel[], now: number): string {
  const rows = [
    HEADINGS,
    ...channels.map(({ source, name, secrets, tokens, unsigned, created }) => [
      source,
      name,
      unsigned ? 'unsigned' : validity(secrets, now),
      validity(tokens, now),
      timeOf(created),
    ]),
  ];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
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
