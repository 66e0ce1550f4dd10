import type { WebhookRequest } from '../../src/sources/source';

/** The text that a request carries, and the same request around another text. */
export interface Carried {
  readonly text: string;
  readonly carry: (text: string) => WebhookRequest;
}

/** The body of a JSON request, or the longest field of a form. */
export function carriedBy({ body, headers }: WebhookRequest): Carried {
  const written = body.toString('latin1');
  if (!/^[\w.]+=/.test(written)) {
    return { text: body.toString(), carry: (text) => ({ headers, body: Buffer.from(text) }) };
  }
  const fields = [...new URLSearchParams(written)];
  const longest = fields.reduce((a, b) => (b[1].length > a[1].length ? b : a));
  return {
    text: longest[1],
    carry(text) {
      const changed = fields.map(([name, value]) => [name, name === longest[0] ? text : value]);
      return { headers, body: Buffer.from(new URLSearchParams(changed as [string, string][]).toString()) };
    },
  };
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Every value of a JSON text, changed by `change` from the inside out; `undefined` for what is no JSON. */
export function changeJson(text: string, change: (value: Json) => Json): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text, (_, value: Json) => change(value)));
  } catch {
    return undefined;
  }
}
