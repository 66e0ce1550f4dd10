import type { Request, RequestHandler, Response } from 'express';
import type { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { openBodyRoom, type BodyRoom } from './body-room';
import { HttpProblem } from './http-problem';

const MAX_BODY_BYTES = 1024 * 1024;
/** How long the rest of a body is waited for that nobody reads; milliseconds. */
const DROP_MS = 2_000;
/** Seconds after which a room that was full has long been emptied. */
const RETRY_AFTER_S = 5;

/**
 * What bodies may hold of the memory of this process, at all of its ports: those behind a key or the token of a
 * channel, and, apart, those of requests that have shown nothing yet, who therefore never take the room of senders.
 */
export const BODY_ROOMS = {
  known: openBodyRoom(64 * MAX_BODY_BYTES),
  strangers: openBodyRoom(16 * MAX_BODY_BYTES),
} as const;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Reads the bytes of any body and leaves them as they are: a signature is over bytes, not over JSON. Not by the reader
 * of express, which cannot give up a body on its way when the room is full.
 */
export function readBody(room: BodyRoom): RequestHandler {
  return async function readBytes(request, response, next) {
    if (hasBody(request)) request.body = await collect(request, response, room);
    next();
  };
}

/** The bytes of a request behind `readBody`. */
export function bodyBytes(request: Request): Buffer {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** @throws {HttpProblem} for a body that is too large, broken, compressed in an unknown way, or has given way */
function collect(request: Request, response: Response, room: BodyRoom): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  // Who has gone meanwhile ends nothing any more.
  if (request.destroyed) throw cutShort();
  const decoder = decoderOf(request);
  return new Promise((resolve, reject) => {
    const stream = decoder === undefined ? request : request.pipe(decoder);
    let bytes = Buffer.alloc(0);
    let length = 0;
    const place = room.enter(() => fail(full()));
    // What is made of it takes as much, for as long as the request lasts.
    response.once('close', () => place.leave());
    request.once('close', cutOff);
    stream.on('data', take).once('end', finish).once('error', breakOff);
    // How much comes out is known at its end only.
    if (decoder !== undefined) place.grow(MAX_BODY_BYTES);

    function take(chunk: Buffer): void {
      const needed = length + chunk.length;
      if (needed > MAX_BODY_BYTES) return fail(tooLarge());
      if (needed > bytes.length) {
        // One piece of memory that doubles: a list of pieces of one byte each takes a hundred times what was sent.
        const larger = Buffer.allocUnsafe(Math.min(MAX_BODY_BYTES, Math.max(needed, 2 * bytes.length)));
        const more = larger.length - bytes.length;
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
        // The last thing: it may be this one that gives way.
        if (decoder === undefined) place.grow(more);
      }
      chunk.copy(bytes, length);
      length = needed;
    }

    function finish(): void {
      stopListening();
      place.keep();
      resolve(bytes.subarray(0, length));
    }

    function cutOff(): void {
      // A whole body may still be being unpacked.
      if (!request.complete) fail(cutShort());
    }

    function breakOff(error: Error): void {
      // Of the connection, or of what unpacks.
      const words = `the body cannot be read: ${error.message}`;
      fail(new HttpProblem('request-malformed', words, { cause: error }));
    }

    function fail(problem: HttpProblem): void {
      stopListening();
      place.leave();
      bytes = Buffer.alloc(0);
      reject(problem);
    }

    function stopListening(): void {
      request.off('close', cutOff);
      stream.off('data', take).off('end', finish).off('error', breakOff);
      if (decoder === undefined) return;
      request.unpipe(decoder).resume();
      // One that is stopped half way may still complain.
      decoder.on('error', () => undefined).destroy();
    }
  });
}

function decoderOf(request: Request): Transform | undefined {
  const encoding = (request.get('content-encoding') ?? 'identity').toLowerCase();
  if (encoding === 'identity') return undefined;
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (create) return create();
  throw new HttpProblem('content-encoding-unsupported', `unknown encoding ${encoding.slice(0, 100)}`);
}

function cutShort(): HttpProblem {
  return new HttpProblem('request-malformed', 'the body did not come to its end');
}

function tooLarge(): HttpProblem {
  return new HttpProblem('body-too-large', `the body is larger than ${MAX_BODY_BYTES} bytes`);
}

function full(): HttpProblem {
  return new HttpProblem('bodies-full', 'too many bodies are on their way; please send it again', {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}

/**
 * Before an answer to a request whose body nobody has read: what comes of it is thrown away for a while, so that a
 * sender who writes first and reads afterwards finds the answer, and no reset. A connection whose body has not ended
 * by then ends with the answer.
 */
export async function dropBody(request: Request, response: Response): Promise<void> {
  if (!hasBody(request) || request.complete || request.destroyed) return;
  const over = new AbortController();
  const end = (): void => over.abort();
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) end();
  };
  request.on('data', count).once('end', end).once('close', end).resume();
  await delay(DROP_MS, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
  request.off('data', count).off('end', end).off('close', end);
  if (!request.complete) response.set('Connection', 'close');
}
