import { z } from 'zod';
import { ERRORS, type HttpErrorCode } from '../../errors';
import { problemAnswer } from '../http-problem';
import type { Access } from '../access';
import type { Operation } from '../operation';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Which side of a schema is on the wire: a request is its input, an answer its output. */
export type WireSide = z.core.ToJSONSchemaParams['io'];

/** Schemas that have a name of their own (`.meta({ id })`), for `components` of the document. */
export type NamedSchemas = Record<string, JsonSchema>;

const REFERENCE = '#/components/schemas/';

/** Turns a zod schema into JSON Schema 2020-12, which is what OpenAPI 3.1 speaks; adds named ones to `named`. */
export function jsonSchemaOf(schema: z.ZodType, io: WireSide, named: NamedSchemas): JsonSchema {
  const { $defs, ...own } = z.toJSONSchema(schema, { io, override: simplify });
  delete own.$schema;
  Object.assign(named, referringTo($defs ?? {}));
  return referringTo(own);
}

/** Leaves out what a format or a type says already: 300 characters of pattern for a time, the limits of a double. */
function simplify({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}

function referringTo<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${REFERENCE}`)) as T;
}

/** The schema that a reference means, or the schema itself. */
export function resolved(schema: JsonSchema, named: NamedSchemas): JsonSchema {
  return schema.$ref === undefined ? schema : (named[schema.$ref.slice(REFERENCE.length)] ?? schema);
}

const KEY_PROBLEMS = [
  'api-key-missing',
  'api-key-invalid',
  'jwt-invalid',
  'not-allowed',
  'too-many-requests',
] as const;
/** Where keys are read. */
const LOOK_UP_PROBLEMS = ['database-unavailable', 'database-permission', 'jwks-unavailable'] as const;
const SIGNATURE_PROBLEMS = [
  'signature-missing',
  'signature-invalid',
  'signature-expired',
  'too-many-requests',
] as const;

/** What `auth.ts`, `owners.ts` and the sources refuse. */
function problemsOfAccess(access: Access): readonly HttpErrorCode[] {
  switch (access) {
    case 'everybody':
      return [];
    case 'signature':
      return SIGNATURE_PROBLEMS;
    case 'channel':
      return ['channel-unknown', ...SIGNATURE_PROBLEMS, 'signature-replayed'];
    case 'receipt':
      return ['signature-missing', 'signature-invalid', 'too-many-requests'];
    default: {
      const common = [
        ...KEY_PROBLEMS,
        ...LOOK_UP_PROBLEMS,
        ...(access.tokenless ? (['registration-grace-over'] as const) : []),
      ];
      return access.persons ? [...common, 'not-your-device'] : common;
    }
  }
}

/** What `request-body.ts` and `request-input.ts` refuse. */
const PROBLEMS_OF_BODY: readonly HttpErrorCode[] = [
  'content-type-unsupported',
  'content-encoding-unsupported',
  'json-malformed',
  'body-too-large',
  'bodies-full',
  'request-malformed',
  'field-invalid',
];

/** Every code that an operation may answer with, in the order of the catalogue. */
export function problemsOf({ access, params, query, body, problems }: Operation): HttpErrorCode[] {
  const possible = new Set<string>([
    ...problemsOfAccess(access),
    ...(params ? ['request-malformed', 'field-invalid'] : []),
    ...(query ? ['field-invalid'] : []),
    ...(body ? PROBLEMS_OF_BODY : []),
    ...problems,
    'internal',
  ]);
  return Object.keys(ERRORS).filter((code): code is HttpErrorCode => possible.has(code));
}

export const HEADERS = {
  'X-Request-Id': {
    description: 'Finds this request in the log.',
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'Seconds after which another try is worth it.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  'Preference-Applied': {
    description: 'Which preference of `Prefer` was heeded (RFC 7240), as it was: `wait=10`.',
    schema: { type: 'string' },
  },
};

const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };
const PREFERENCE_APPLIED = { 'Preference-Applied': { $ref: '#/components/headers/Preference-Applied' } };

export interface DescribedAnswer {
  readonly description: string;
  readonly headers: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content: Content;
}

export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;

type Answers = Record<string, DescribedAnswer>;

/** Everything that may come back, by HTTP status. */
export function describeResponses(operation: Operation, named: NamedSchemas): Answers {
  return { ...describeProblems(operation, named), ...describeAnswers(operation, named) };
}

/** What comes when all is well, or is not and that is no refusal. */
function describeAnswers(
  { answers, mediaType = 'application/json', headers: heeded, inTheirForm, examples }: Operation,
  named: NamedSchemas,
): Answers {
  const headers = { ...REQUEST_ID, ...(heeded && 'Prefer' in heeded.shape && PREFERENCE_APPLIED) };
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const example = status === '200' ? examples?.answer : undefined;
      const content = inTheirForm?.answers
        ? anythingIn(inTheirForm.answers)
        : contentOf(mediaType, jsonSchemaOf(schema, 'output', named), example);
      return [status, { description: status === '200' ? 'Done.' : 'Not now.', headers, content }];
    }),
  );
}

/** One answer for each status, with the codes that it may carry here. */
function describeProblems(operation: Operation, named: NamedSchemas): Answers {
  const { $ref } = jsonSchemaOf(problemAnswer, 'output', named);
  const codes = problemsOf(operation);
  const statuses = new Set(codes.map((code) => ERRORS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const possible = codes.filter((code) => ERRORS[code].status === status);
      const schema = { allOf: [{ $ref }, { properties: { code: { enum: possible } } }] };
      return [
        String(status),
        {
          description: possible.map(explain).join('\n'),
          headers: { ...REQUEST_ID, ...((status === 503 || status === 429) && RETRY_AFTER) },
          content: operation.inTheirForm?.answers
            ? anythingIn(operation.inTheirForm.answers)
            : contentOf('application/json', schema),
        },
      ];
    }),
  );
}

function explain(code: HttpErrorCode): string {
  return `- \`${code}\`: ${ERRORS[code].meaning} ${ERRORS[code].nextStep}`;
}

/** Bodies whose form others decide. */
export function anythingIn(mediaTypes: readonly string[]): Content {
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: {} }]));
}

export function contentOf(mediaType: string, schema: JsonSchema, example?: unknown): Content {
  return { [mediaType]: { schema, ...(example !== undefined && { example }) } };
}
