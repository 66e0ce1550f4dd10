import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

type Payload = temporal.api.common.v1.IPayload;

/** Everything that a server has of one workflow, as it was stored. */
export interface Stored {
  /** How its payloads are encoded, each by the path that leads to it; search attributes are not among them. */
  readonly encodings: Readonly<Record<string, string>>;
  /** All bytes of it that can be read as text, payloads and plain fields, search attributes and ids. */
  readonly text: string;
}

export async function readStored(server: Client, workflowId: string): Promise<Stored> {
  const handle = server.workflow.getHandle(workflowId);
  const [history, { raw }] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const encodings: Record<string, string> = {};
  const text: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') text.push(value);
    if (value instanceof Uint8Array) text.push(Buffer.from(value).toString('utf8'));
    else if (Array.isArray(value)) value.forEach((one, index) => walk(one, `${path}[${index}]`));
    else if (typeof value === 'object' && value !== null) {
      const { metadata, data } = value as Payload;
      if (metadata && data && !/indexedFields/.test(path))
        encodings[path] = Buffer.from(metadata['encoding'] ?? []).toString();
      for (const [name, one] of Object.entries(value)) walk(one, `${path}.${name}`);
    }
  };
  for (const event of history.events ?? []) walk(event, `event ${String(event.eventId)}`);
  walk(raw, 'description');
  return { encodings, text: text.join('\n') };
}
