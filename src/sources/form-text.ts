import { decodeText } from './decode-text';
import { readForm } from './reading/form';
import { fieldsOf, type Fields } from './reading/json';
import { readJsonObject } from './json-object';
import { headerOf } from './signed-headers';
import type { WebhookRequest } from './source';

export type Problem = { readonly problem: string };

/** Reads a field of a form as text. */
export function readFieldText(request: WebhookRequest, name: string): { readonly text: string } | Problem {
  const form = readForm(request.body);
  if ('problem' in form) return { problem: `the form has ${form.problem}` };
  const bytes = form.fields.get(name);
  if (bytes === undefined) return { problem: `the form has no field ${name}` };
  const text = decodeText(bytes, headerOf(request, 'content-type'));
  return text === undefined ? { problem: `${name} is neither UTF-8 nor GBK` } : { text };
}

/** Reads a field of a form that must hold a JSON object. */
export function readFieldJson(request: WebhookRequest, name: string): { readonly fields: Fields } | Problem {
  const field = readFieldText(request, name);
  if ('problem' in field) return field;
  const json = readJsonObject(Buffer.from(field.text));
  return json === undefined ? { problem: `${name} is no JSON object` } : { fields: fieldsOf(json) };
}
