import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Joins Temporal's runtime to our log and our shut-down; before any connection, once per process. */
export function installTemporalRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('INFO', (entry) => forward(log, entry)),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
    // Signals are ours: the worker must stop before the Temporal server, and after the HTTP API.
    shutdownSignals: [],
  });
}

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  const { error, ...fields } = (meta ?? {}) as Record<string, unknown>;
  const line = { ...fields, ...(error !== undefined && { err: error }) };
  switch (level) {
    case 'ERROR':
      return log.error(line, message);
    case 'WARN':
      return log.warn(line, message);
    case 'INFO':
      return log.info(line, message);
    case 'DEBUG':
    case 'TRACE':
      return log.debug(line, message);
  }
}
