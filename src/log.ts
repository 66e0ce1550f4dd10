import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import pino from 'pino';
import { createStream } from 'rotating-file-stream';
import type { Config } from './config/config';
import type { Explanation } from './shipment/explanation';
import { escapeInvisible } from './shipment/shown-text';
import { say } from './spoken';
import { print, printAside } from './terminal';

export interface Logs {
  readonly log: pino.Logger;
  /** The file with every line; `undefined` when the lines go to standard output. */
  readonly file: string | undefined;
  /** Says how far a long step is: to the person at the console in the language of that, and to the log in English. */
  readonly progress: (words: Explanation) => void;
  /** From now on the console gets only what ends the process: nobody looks at it. */
  readonly leaveConsole: () => void;
  /** Waits until every line is in the file. */
  readonly close: () => Promise<void>;
}

export interface LogOptions {
  readonly file: string;
  /** Whether a person reads the console; otherwise, without a file, a collector does. */
  readonly background: boolean;
}

/** What an editor opens at once; about 30,000 lines, a day of a busy shop. */
const MAX_FILE_SIZE = '10M';
/** With the current one 60 MB: a week to look back, and no disk that fills up. */
const OLD_FILES = 5;

/** What must never be read in a log, wherever somebody puts it. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'secret',
  'token',
  'connectionString',
  'databaseUrl',
];

const OPTIONS: pino.LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  serializers: { err: describeError },
  // Journals and files are read on terminals.
  hooks: { streamWrite: escapeInvisible },
};

/**
 * Opens the log. With embedded parts, and in the background, a person looks at the console until all is up: it shows
 * progress, warnings and errors as short lines, and everything goes to a file. Otherwise a collector reads JSON from
 * standard output.
 */
export function openLogs(
  { logLevel, database, temporal }: Pick<Config, 'logLevel' | 'database' | 'temporal'>,
  { file, background }: LogOptions,
): Logs {
  const options = { ...OPTIONS, level: logLevel };
  if (database.kind === 'external' && temporal.kind === 'external' && !background) {
    const log = pino(options);
    return {
      log,
      file: undefined,
      progress: ({ en }) => log.info(en),
      leaveConsole: () => undefined,
      close: () => Promise.resolve(),
    };
  }
  const toFile = rotatingFile(file);
  let watched = true;
  const log = pino(
    options,
    pino.multistream([
      { level: logLevel === 'silent' ? 'fatal' : logLevel, stream: toFile },
      { level: 'warn', stream: plainConsole((level) => watched || level === 'fatal') },
    ]),
  );
  return {
    log,
    file,
    progress: (words) => {
      print(say(words));
      log.info(words.en);
    },
    leaveConsole: () => {
      watched = false;
    },
    close: () => finished(toFile.end()).catch(() => undefined),
  };
}

function rotatingFile(file: string): Writable {
  // At once, so that a folder that cannot be written ends the start with its name.
  mkdirSync(path.dirname(file), { recursive: true });
  const stream = createStream(path.basename(file), {
    path: path.dirname(file),
    size: MAX_FILE_SIZE,
    rotate: OLD_FILES,
    mode: 0o600,
  });
  // A full disk must not end deliveries.
  return stream.on('error', (error) => printAside(`${file} is not written any more: ${error.message}`));
}

/** The words and the place of an error. Not its other fields: PostgreSQL's `detail` holds whole rows. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    stack: error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

interface LogLine {
  readonly level: string;
  readonly msg?: string;
  /** The same for who reads Chinese; only a person at the console needs it. */
  readonly zh?: string;
  readonly err?: { readonly message?: string };
}

function plainConsole(shows: (level: string) => boolean): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level, msg = '', zh = msg, err } = JSON.parse(chunk.toString()) as LogLine;
      const words = [level, say({ en: msg, zh }), err?.message].filter(
        (part) => part !== undefined && part !== '',
      );
      if (shows(level)) printAside(words.join(': '));
      done();
    },
  });
}
