import { Writable } from 'node:stream';
import pino from 'pino';

/** What is logged, as JSON. */
export function catchLog(): { readonly log: pino.Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
    done();
  };
  return { lines, log: pino({ level: 'debug' }, new Writable({ write })) };
}
