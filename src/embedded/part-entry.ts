import { spawn } from 'node:child_process';
import { openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { identityOf } from '../process-identity';
import type { PartOrder, PartReport } from './part';

/**
 * The process between Waybell and one embedded server. It runs the server in a process group of its own, and ends
 * it when told or when the channel to Waybell closes, which happens even when Waybell is killed with -9.
 */

/** A log that has grown past this begins anew; the one before it is kept. */
const MAX_LOG_BYTES = 10 * 1024 * 1024;

function openLog(file: string): number {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(file, `${file}.old`);
  return openSync(file, 'a', 0o600);
}

/** Tells Waybell, if it is still there, and then goes on. */
function tell(report: PartReport, next: () => void = () => undefined): void {
  if (process.connected) process.send?.(report, next);
  else next();
}

function run({ command, args, logFile, serverFile, uid, gid, stopTimeoutMs }: PartOrder): void {
  const log = openLog(logFile);
  const server = spawn(command, args, { detached: true, stdio: ['ignore', log, log], uid, gid });
  const leave = (how: string): void => {
    rmSync(serverFile, { force: true });
    tell({ kind: 'exited', how }, () => process.exit());
  };

  let stopping = false;
  const stop = (): void => {
    // A second SIGINT would make the server skip the clean shutdown that it is doing.
    if (stopping) return;
    stopping = true;
    server.kill('SIGINT');
    setTimeout(() => server.kill('SIGKILL'), stopTimeoutMs);
  };
  server.once('spawn', () => {
    const pid = server.pid ?? 0;
    writeFileSync(serverFile, identityOf(pid));
    tell({ kind: 'running', pid });
  });
  server.once('error', (error) => leave(error.message));
  server.once('exit', (code, signal) => leave(signal ?? `exit code ${code}`));
  process.on('message', stop);
  process.on('disconnect', stop);
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

// The servers keep tracking numbers and order ids in their files: those are nobody else's business.
process.umask(0o077);
process.once('message', (order: PartOrder) => run(order));
