import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';

interface FeedEvent {
  readonly number: number;
  readonly name: string;
  readonly cid: string;
  readonly data: object;
}

export interface EventFeed {
  publish(name: string, cid: string, data: object): void;
  /**
   * Streams to this response until it closes: what it missed first. Only events of `cid`, when given. Where too many
   * follow already, the answer is 503.
   */
  follow(request: Request, response: Response, cid?: string): void;
  hasFollowers(): boolean;
}

/** What a page that is opened late still shows. */
const REMEMBERED_EVENTS = 50;
/** Keeps proxies from closing a quiet stream; the usual limit is 60 s. */
const HEARTBEAT_MS = 20_000;
const RECONNECT_MS = 1_000;
/** Pages that are open at once: each holds a connection and a timer. */
const MAX_FOLLOWERS = 100;

/** Server-sent events with a short memory: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function createEventFeed(): EventFeed {
  // Part of every event id, so that a number from before a restart is not taken for one of ours.
  const era = randomUUID();
  const memory: FeedEvent[] = [];
  const followers = new Set<(event: FeedEvent) => void>();
  let last = 0;

  function numberAfter(lastEventId: string | undefined): number {
    const [given, number] = lastEventId?.split('/') ?? [];
    return given === era ? Number(number) : 0;
  }

  return {
    publish(name, cid, data) {
      const event = { number: (last += 1), name, cid, data };
      memory.push(event);
      if (memory.length > REMEMBERED_EVENTS) memory.shift();
      followers.forEach((send) => send(event));
    },
    follow(request, response, cid) {
      if (followers.size >= MAX_FOLLOWERS) {
        response.status(503).set('Retry-After', '10').end();
        return;
      }
      const send = (event: FeedEvent): void => {
        if (cid !== undefined && cid !== event.cid) return;
        response.write(
          `id: ${era}/${event.number}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`,
        );
      };
      response.set({
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      response.write(`retry: ${RECONNECT_MS}\n\n`);
      const seen = numberAfter(request.get('Last-Event-ID'));
      memory.filter(({ number }) => number > seen).forEach(send);
      followers.add(send);
      const heartbeat = setInterval(() => response.write(':\n\n'), HEARTBEAT_MS);
      response.on('close', () => {
        clearInterval(heartbeat);
        followers.delete(send);
      });
    },
    hasFollowers: () => followers.size > 0,
  };
}
