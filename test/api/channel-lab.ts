import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { loadConfig } from '../../src/config/config';
import { createToken, openChannels, tokenSha256 } from '../../src/intake/channels/channels';
import { changeChannelsFile } from '../../src/intake/channels/file';
import type { Intake } from '../../src/intake/intake';
import type { WebhookRequest } from '../../src/sources/source';
import { storedChannel } from '../intake/own-channel';
import { openTestIntake } from '../setup/intake';
import { NOW } from '../sources/requests';
import type { ApiDependencies } from '../../src/api/dependencies';
import type { Answer, ApiLab } from './api-lab';

/** A channel to be opened: with its secret, or without proof. */
export interface Wanted {
  readonly source: string;
  readonly secret?: string;
}

export interface ChannelLab {
  readonly intake: Intake;
  /** One for each channel that was asked for, in the same order. */
  readonly tokens: readonly string[];
  readonly url: string;
  /** When requests arrive, milliseconds since 1970: the time of the samples, unless it is set. */
  now: number;
  /** Everything that was logged so far. */
  logged(): string;
  post(source: string, token: string, request: WebhookRequest): Promise<Answer>;
  get(path: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Serves the API with these channels, and a clock that stands. */
export async function openChannelLab(
  lab: ApiLab,
  wanted: readonly Wanted[],
  {
    maxJournalBytes,
    settings = {},
    ...change
  }: Partial<ApiDependencies> & {
    readonly maxJournalBytes?: number;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<ChannelLab> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybell-channel-lab-'));
  const file = path.join(folder, 'channels.json');
  const tokens = wanted.map(createToken);
  await changeChannelsFile(file, () =>
    wanted.map(({ source, secret }, index) =>
      storedChannel({
        source,
        name: `channel-${index}`,
        tokens: [{ sha256: tokenSha256(tokens[index] ?? '') }],
        secrets: secret === undefined ? [] : [{ value: secret }],
        unsigned: secret === undefined,
      }),
    ),
  );
  let written = '';
  const log = pino(
    { level: 'debug' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString();
        done();
      },
    }),
  );
  const { pool } = lab.db;
  const { client: temporal, taskQueue } = lab.temporal;
  const parts = { pool, temporal, taskQueue, log, ...change };
  const own = await openTestIntake({
    ...loadConfig({}),
    ...(maxJournalBytes !== undefined && { maxJournalBytes }),
    ...parts,
  });
  const { intake } = own;
  const channels = openChannels(file, (problem) => log.error(problem));
  const channelLab = { now: NOW };
  const api = await lab.serve(settings, { ...parts, intake, channels, clock: () => channelLab.now });

  return Object.assign(channelLab, {
    intake,
    tokens,
    url: api.url,
    logged: () => written,
    post(source: string, token: string, { body, headers }: WebhookRequest) {
      const sent = Object.entries(headers).filter(([name]) => name !== 'content-length');
      return api.call('POST', `/webhooks/${source}/${token}`, {
        body,
        headers: Object.fromEntries(sent) as Record<string, string>,
      });
    },
    get: (route: string) => api.call('GET', route),
    async close() {
      await api.close();
      await own.close();
      await rm(folder, { recursive: true });
    },
  });
}
