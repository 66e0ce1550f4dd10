import { ERRORS, type HttpErrorCode } from '../../errors';
import { problemAnswer } from '../http-problem';
import type { Content, DescribedAnswer } from './document-types';
import { problemsOf } from './problems';
import { type JsonSchema, jsonSchemaOf, type NamedSchemas } from './schemas';
import type { Operation } from '../operation';

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
};

const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/Retry-After' } };

type Answers = Record<string, DescribedAnswer>;

/** Everything that may come back, by HTTP status. */
export function describeResponses(operation: Operation, named: NamedSchemas): Answers {
  return { ...describeProblems(operation, named), ...describeAnswers(operation, named) };
}

/** What comes when all is well, or is not and that is no refusal. */
function describeAnswers(
  { answers, mediaType = 'application/json', inTheirForm, examples }: Operation,
  named: NamedSchemas,
): Answers {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const example = status === '200' ? examples?.answer : undefined;
      const content = inTheirForm?.answers
        ? anythingIn(inTheirForm.answers)
        : contentOf(mediaType, jsonSchemaOf(schema, 'output', named), example);
      return [status, { description: status === '200' ? 'Done.' : 'Not now.', headers: REQUEST_ID, content }];
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
          headers: { ...REQUEST_ID, ...(status === 503 && RETRY_AFTER) },
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
