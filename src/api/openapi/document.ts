import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../project-root';
import { anythingIn, contentOf, describeResponses, HEADERS } from './answers';
import type { DescribedOperation, OpenApiDocument, Parameter } from './document-types';
import { type JsonSchema, jsonSchemaOf, type NamedSchemas } from './schemas';
import { SECURITY_OF_ACCESS, SECURITY_SCHEMES } from './security';
import { type Operation, TAGS } from '../operation';
import { OPERATIONS } from '../operations';

const INTRODUCTION = `Carrier webhooks become pushes on the phones of buyer and merchant.

Every JSON answer is \`{"ok": true, …}\` or a problem, \`{"ok": false, "code": …, "message": …}\`. A path that is not here is answered with \`route-unknown\`, a method that is not here with \`method-not-allowed\`. A plain \`X-Request-Id\` that you send is kept.

Who needs a key is a setting: with the embedded parts and without \`API_KEYS\`, nobody does. Webhooks are signed when \`WEBHOOK_SECRETS\` is set.`;

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
  const { id, tag, summary, description, access, params, query, body, bodyOptional, inTheirForm, examples } =
    operation;
  const parameters = [
    ...(params ? parametersOf('path', params) : []),
    ...(query ? parametersOf('query', query) : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: SECURITY_OF_ACCESS[access],
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
