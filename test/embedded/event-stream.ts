/** One server-sent event, its data parsed. */
export interface StreamedEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventStream {
  readonly contentType: string | null;
  /** The next `count` events. */
  next(count: number): Promise<StreamedEvent[]>;
  close(): void;
}

/** Reads server-sent events as a browser would, resuming after `lastEventId`. */
export async function followEvents(url: string, lastEventId?: string): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    headers: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
    signal: abort.signal,
  });
  const events = readEvents(response);
  return {
    contentType: response.headers.get('content-type'),
    async next(count) {
      const found: StreamedEvent[] = [];
      while (found.length < count) {
        const { value, done } = await events.next();
        if (done) throw new Error(`the stream ended after ${found.length} of ${count} events`);
        found.push(value);
      }
      return found;
    },
    close: () => abort.abort(),
  };
}

async function* readEvents(response: Response): AsyncGenerator<StreamedEvent, void> {
  let text = '';
  const body = (response.body ?? []) as AsyncIterable<Uint8Array>;
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
      const data = fields.get('data');
      if (data === undefined) continue;
      yield {
        id: fields.get('id') ?? '',
        name: fields.get('event') ?? 'message',
        data: JSON.parse(data) as StreamedEvent['data'],
      };
    }
  }
}
