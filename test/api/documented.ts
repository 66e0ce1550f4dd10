import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020';
import { OPENAPI_DOCUMENT } from '../../src/api/openapi/document';
import { ERRORS, type HttpErrorCode } from '../../src/errors';

/** What a route has answered. */
export interface Answered {
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
}

const DOCUMENT = 'openapi.json';
const PROBLEM = `${DOCUMENT}#/components/schemas/Problem`;

const ajv = new Ajv2020({ allErrors: true, strictTypes: false });
addFormats(ajv);
// The document is no schema itself, but the schemas in it refer to each other through it.
ajv.addVocabulary(Object.keys(OPENAPI_DOCUMENT));
ajv.addSchema(OPENAPI_DOCUMENT, DOCUMENT);

/** @throws {Error} when the OpenAPI document does not say that this route may answer so */
export function requireDocumented(method: string, url: string, answered: Answered): void {
  const { status, mediaType, text } = answered;
  const body: unknown = mediaType === 'application/json' ? JSON.parse(text) : text;
  const route = documentedRoute(method, url.split('?')[0] ?? '');
  const problems = route
    ? mismatches(`${route}/responses/${status}/content/${segment(mediaType)}/schema`, body)
    : notARefusal(status, body);
  if (problems !== '') throw new Error(`${method} ${url}: ${status} ${text} is not documented: ${problems}`);
}

/** Where the schema is that `pointer` names; the empty text when `value` fits it. */
export function mismatches(pointer: string, value: unknown): string {
  const validate = ajv.getSchema(pointer);
  if (!validate) return `there is no ${pointer}`;
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

/** A pointer to the operation that takes this request. */
export function documentedRoute(method: string, path: string): string | undefined {
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
  const template = Object.keys(OPENAPI_DOCUMENT.paths).find((candidate) =>
    new RegExp(`^${candidate.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  if (template === undefined || !(verb in (OPENAPI_DOCUMENT.paths[template] ?? {}))) return undefined;
  return `${DOCUMENT}#/paths/${segment(template)}/${verb}`;
}

/** Where nothing is documented, nothing but a refusal may come, with the status of its code. */
function notARefusal(status: number, body: unknown): string {
  const mismatch = mismatches(PROBLEM, body);
  if (mismatch !== '') return mismatch;
  const { code } = body as { code: HttpErrorCode };
  return ERRORS[code].status === status ? '' : `${code} comes with ${ERRORS[code].status}`;
}

/** One segment of a JSON pointer in a URI. */
function segment(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}
