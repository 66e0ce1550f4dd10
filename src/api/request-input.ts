import type { Request } from 'express';
import { z } from 'zod';
import { fieldWords } from '../sources/reading/field-words';
import { printable, PRINTABLE_WORDS } from '../sources/reading/text';
import { readJsonObject } from '../sources/reading/json';
import { HttpProblem } from './http-problem';
import { bodyBytes } from './request-body';

/** Refuses a body of another media type, naming it. */
export function requireMediaType(request: Request, mediaType: string): void {
  if (request.is(mediaType) === mediaType) return;
  const given = request.get('content-type') ?? 'no content type';
  throw new HttpProblem(
    'content-type-unsupported',
    `this route takes ${mediaType}, not ${given.slice(0, 100)}`,
  );
}

/** Reads a JSON body behind `readBody`. */
export function readJson<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  requireMediaType(request, 'application/json');
  const json = readJsonObject(bodyBytes(request));
  if (json === undefined) throw new HttpProblem('json-malformed', 'the body must be a JSON object in UTF-8');
  return checkFields(schema, json);
}

/** Reads the fields of an HTML form behind `readBody`; of one that stands twice, the last. */
export function readForm<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  requireMediaType(request, 'application/x-www-form-urlencoded');
  return checkFields(schema, Object.fromEntries(new URLSearchParams(bodyBytes(request).toString('utf8'))));
}

/** As `readJson`, for routes that ask for nothing: no body is an empty object. */
export function readOptionalJson<T extends z.ZodType>(request: Request, schema: T): z.output<T> {
  return bodyBytes(request).length === 0 ? checkFields(schema, {}) : readJson(request, schema);
}

/** Checks fields against a schema. The first one that is wrong is named. */
export function checkFields<T extends z.ZodType>(schema: T, fields: unknown): z.output<T> {
  const checked = schema.safeParse(fields, { error: fieldWords });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = issue?.path[0] === undefined ? '' : String(issue.path[0]);
  throw fieldInvalid(field, issue?.message ?? 'is invalid');
}

export function fieldInvalid(field: string, reason: string): HttpProblem {
  return new HttpProblem('field-invalid', `${field}: ${reason}`, { field });
}

const MAX_ID_LENGTH = 128;

/** An id that is always text. */
export const textId = z.string().min(1).max(MAX_ID_LENGTH).refine(printable, PRINTABLE_WORDS);

/** Ids of a shop may be numbers in its database, and so in its JSON. */
const textOrNumber = z.union(
  [z.string().max(MAX_ID_LENGTH), z.int()],
  `must be text of at most ${MAX_ID_LENGTH} characters, or a whole number`,
);

/** An id of the shop: text, uuid or number. */
export const requiredId = textOrNumber.transform(String).pipe(textId);

/** As `requiredId`; apps send null and blanks for "none". */
export const optionalId = textOrNumber
  .nullish()
  .transform((id) => (id === null || id === undefined || String(id).trim() === '' ? undefined : String(id)))
  .pipe(textId.optional());

/** As `optionalId`, where saying that there is none is more than saying nothing: `null` for null and blanks. */
export const idOrNone = textOrNumber
  .nullish()
  .transform((id) =>
    id === undefined ? undefined : id === null || String(id).trim() === '' ? null : String(id),
  )
  .pipe(textId.nullish());

/** Words of a person: kept in a history, shown to others. */
export const words = (maxLength: number): z.ZodString =>
  z.string().min(1).max(maxLength).refine(printable, PRINTABLE_WORDS);

/** Of a retry: a person may know better than the clock. */
export const tellsOld = z
  .boolean()
  .default(false)
  .describe('Also what is too old to be told: see `MAX_AGE_HOURS`.');
