import { type JsonSchema, type NamedSchemas, resolved } from './schemas';

export interface FieldRow {
  /** With the names of the objects around it: `device.id`, `devices[].id`. */
  readonly name: string;
  /** In words: type, limits, choices. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** The fields of an object, and of the objects in it, as people read them: one line each. */
export function fieldRows(schema: JsonSchema, named: NamedSchemas, prefix = ''): FieldRow[] {
  const { properties = {}, required = [] } = resolved(schema, named);
  return Object.entries(properties as Record<string, JsonSchema>).flatMap(([key, property]) => {
    const name = `${prefix}${key}`;
    const field = resolved(property, named);
    const items = field.items === undefined ? undefined : resolved(field.items as JsonSchema, named);
    const row = {
      name,
      type: typeWords(field),
      required: required.includes(key),
      description: field.description ?? '',
    };
    return [
      row,
      ...fieldRows(field, named, `${name}.`),
      ...(items ? fieldRows(items, named, `${name}[].`) : []),
    ];
  });
}

/** A schema in a few words, such as `text, 1–64` or `"shown" or "clicked"`. */
export function typeWords(schema: JsonSchema): string {
  const { anyOf, enum: choices, const: only, type, format, items } = schema;
  if (anyOf) return [...new Set(anyOf.map(typeWords))].join(' or ');
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(' or ');
  if (only !== undefined) return JSON.stringify(only);
  if (Array.isArray(type)) {
    return (type as JsonSchema['type'][]).map((one) => typeWords({ ...schema, type: one })).join(' or ');
  }
  if (format === 'date-time') return 'time, ISO 8601';
  if (format === 'uri') return 'URL';
  if (items) return `list of ${typeWords(items as JsonSchema)}${limits(schema.minItems, schema.maxItems)}`;
  if (type === 'string') return `text${limits(schema.minLength, schema.maxLength)}`;
  if (type === 'integer') return `integer${limits(schema.minimum, schema.maximum)}`;
  return type ?? 'object';
}

function limits(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return '';
  return least === undefined ? `, at most ${most}` : `, ${least}–${most}`;
}
