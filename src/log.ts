import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import type { Config } from './config';

export interface Logs {
  readonly log: pino.Logger;
  /** The file with every line; `undefined` when the lines go to standard output. */
  readonly file: string | undefined;
  /** Says how far a long step is: to the person at the console, and to the log. */
  readonly progress: (line: string) => void;
}

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
};

/**
 * Opens the log. With embedded parts a person looks at the console: it shows progress, warnings and errors as
 * short lines, and everything else goes to a file. Otherwise a collector reads JSON from standard output.
 */
export function openLogs({ logLevel, dataDir, database, temporal }: Config): Logs {
  const options = { ...OPTIONS, level: logLevel };
  if (database.kind === 'external' && temporal.kind === 'external') {
    const log = pino(options);
    return { log, file: undefined, progress: (line) => log.info(line) };
  }
  const file = path.join(dataDir, 'logs', 'waybell.log');
  mkdirSync(path.dirname(file), { recursive: true });
  const toFile = pino.destination({ dest: file, sync: true, mode: 0o600 });
  const log = pino(
    options,
    pino.multistream([
      { level: logLevel === 'silent' ? 'fatal' : logLevel, stream: toFile },
      { level: 'warn', stream: plainConsole() },
    ]),
  );
  return {
    log,
    file,
    progress: (line) => {
      console.log(line);
      log.info(line);
    },
  };
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
  readonly err?: { readonly message?: string };
}

function plainConsole(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level, msg, err } = JSON.parse(chunk.toString()) as LogLine;
      console.error(
        [level, msg, err?.message].filter((part) => part !== undefined && part !== '').join(': '),
      );
      done();
    },
  });
}
