import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../project-root';
import { TAGS, type Operation } from '../operation';
import { SCOPES } from '../../config/scopes';
import type { Access } from '../access';
import { OPERATIONS } from '../operations';
import {
  anythingIn,
  contentOf,
  type Content,
  type DescribedAnswer,
  describeResponses,
  HEADERS,
  jsonSchemaOf,
  type JsonSchema,
  type NamedSchemas,
} from './answers';

/** How callers show who they are: `auth.ts`, `token-check.ts` and `sources/standard-webhooks-signature.ts`, in the words of OpenAPI. */
export const SECURITY_SCHEMES = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Api-Key',
    description:
      'A key of `API_KEYS`, or one that `waybell keys api add` has made, with one of these scopes.',
  },
  bearerKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'The same key as `Authorization: Bearer <key>`.',
  },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'With `DEVICE_REGISTRATION=jwt`: the Supabase access token of the person who is signed in. `user_id` must be its `sub`, `merchant_id` its `app_metadata.merchant_id`; who names nobody means themselves.',
  },
  webhookId: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-id',
    description: 'Standard Webhooks (https://www.standardwebhooks.com): the identity of the message.',
  },
  webhookTimestamp: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-timestamp',
    description: 'Seconds since 1970, within 5 minutes of now.',
  },
  webhookSignature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      '`v1,<base64 of HMAC-SHA256 over id.timestamp.body>` with a secret of `WEBHOOK_SECRETS`; several are separated by spaces.',
  },
} as const;

type Requirement = Readonly<Partial<Record<keyof typeof SECURITY_SCHEMES, readonly string[]>>>;

/** Any one of the list is enough; what is in one entry is needed together. A key names its scope. */
function securityOf(access: Access): readonly Requirement[] {
  if (access === 'signature') return [{ webhookId: [], webhookTimestamp: [], webhookSignature: [] }];
  // The token of a channel is a part of the path, and every source signs in its own way, or not at all; the signatures
  // of receipts are in the lines of the body.
  if (typeof access !== 'object') return [];
  const keys = access.scopes.flatMap((scope) => [{ apiKey: [scope] }, { bearerKey: [scope] }]);
  return access.persons ? [...keys, { accessToken: [] }] : keys;
}

const SCOPE_LIST = Object.entries(SCOPES)
  .map(([scope, what]) => `- \`${scope}\`: ${what}`)
  .join('\n');

const INTRODUCTION = `Carrier webhooks become pushes on the phones of buyer and merchant.

Every JSON answer is \`{"ok": true, …}\` or a problem, \`{"ok": false, "code": …, "message": …}\`. A path that is not here is answered with \`route-unknown\`, a method that is not here with \`method-not-allowed\`. A plain \`X-Request-Id\` that you send is kept.

Who needs a key is a setting: with the embedded parts and without \`API_KEYS\`, nobody does. Webhooks are signed when \`WEBHOOK_SECRETS\` is set.

A key has scopes; one of those that a route names is enough, and \`admin\` always is:

${SCOPE_LIST}`;

/** The whole API, from the schemas that check it. */
export const OPENAPI_DOCUMENT = describeApi(OPERATIONS);

function describeApi(operations: readonly Operation[]): OpenApiDocument {
  const named: NamedSchemas = {};
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation, named),
    };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Waybell', version: productVersion(), description: INTRODUCTION },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: named, headers: HEADERS, securitySchemes: SECURITY_SCHEMES },
  };
}

function describeOperation(operation: Operation, named: NamedSchemas): DescribedOperation {
  const { id, tag, summary, description, access, params, query, headers } = operation;
  const { body, bodyOptional, inTheirForm, examples } = operation;
  const parameters = [
    ...(params ? parametersOf('path', params) : []),
    ...(query ? parametersOf('query', query) : []),
    ...(headers ? parametersOf('header', headers) : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: securityOf(access),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: bodyOptional !== true,
        content: contentOf('application/json', jsonSchemaOf(body, 'input', named), examples?.body),
      },
    }),
    ...(inTheirForm && { requestBody: { required: true, content: anythingIn(inTheirForm.requests) } }),
    responses: describeResponses(operation, named),
  };
}

function parametersOf(place: Parameter['in'], fields: z.ZodObject): Parameter[] {
  const { properties = {}, required = [] } = jsonSchemaOf(fields, 'input', {});
  return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
    const { description, ...schema } = property;
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description !== undefined && { description }),
      schema,
    };
  });
}

function productVersion(): string {
  const file = readFileSync(path.join(PROJECT_ROOT, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(file)).version;
}

/** As much of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) as the document uses. */
interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>> & {
    readonly schemas: Readonly<NamedSchemas>;
  };
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DescribedAnswer>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}
