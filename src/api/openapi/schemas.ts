import { z } from 'zod';

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
