import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERRORS, type HttpErrorCode } from '../../errors';
import { PROJECT_ROOT } from '../../project-root';
import type { Access, KeyAccess } from '../access';
import type { Operation } from '../operation';
import { OPERATIONS } from '../operations';
import { problemsOf, resolved, type Content, type JsonSchema, type NamedSchemas } from './answers';
import { OPENAPI_DOCUMENT, SECURITY_SCHEMES, type DescribedOperation, type Parameter } from './document';

/** HTML that is safe to send: everything in it was written here or escaped. */
class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Html[];

/** Builds HTML; what is put in between is escaped, unless it is HTML itself. */
function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: fixed }, ...parts.map(textOf)));
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Plain sentences in which `code` stands between backticks. */
function prose(text: string): Html {
  const pieces = text
    .split('`')
    .map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
  return html`${pieces}`;
}

const ACCESS_WORDS: Readonly<Record<Exclude<Access, KeyAccess>, string>> = {
  everybody: 'Needs nothing.',
  signature: 'Signed as Standard Webhooks when `WEBHOOK_SECRETS` is set.',
  channel: 'The URL is a secret; sources that sign are verified besides.',
  receipt: 'Every line is signed by the provider.',
};

function accessWords(access: Access): string {
  if (typeof access !== 'object') return ACCESS_WORDS[access];
  const scopes = access.scopes.map((scope) => `\`${scope}\``).join(' or ');
  return `Needs an API key with the scope ${scopes}${access.persons ? ', or the access token of the person who is signed in' : ''}.`;
}

/** One route: what to send, and what may come back. */
function drawOperation(operation: Operation): Html {
  const { id, method, path, access, summary, description = '', answers } = operation;
  const described = OPENAPI_DOCUMENT.paths[path]?.[method];
  if (!described) throw new Error(`${id} is not described`);
  const { parameters = [], requestBody } = described;
  return html`
    <section id="${id}">
      <h3><code>${method.toUpperCase()} ${path}</code></h3>
      <p>${prose(summary)} ${prose(description)}</p>
      <p>${prose(accessWords(access))}</p>
      ${parameters.length > 0 ? drawParameters(parameters) : ''}
      ${requestBody ? drawContent(requestBody.required ? 'Body' : 'Body, optional', requestBody.content) : ''}
      ${Object.keys(answers).map((status) => drawAnswer(status, described))}
      ${drawProblems(problemsOf(operation))}
    </section>
  `;
}

function drawParameters(parameters: readonly Parameter[]): Html {
  const rows = parameters.map(({ name, required, description = '', schema }) => ({
    name,
    required,
    description,
    type: typeWords(schema),
  }));
  return html`<h4>Parameters</h4>
    ${drawFields(rows)}`;
}

function drawAnswer(status: string, { responses }: DescribedOperation): Html {
  const answer = responses[status];
  return answer ? drawContent(`Answer ${status}`, answer.content) : html``;
}

function drawContent(heading: string, content: Content): Html {
  const drawn = Object.entries(content).map(([mediaType, { schema, example }]) => {
    const rows = fieldRows(schema, OPENAPI_DOCUMENT.components.schemas);
    return html`
      <h4>${heading}, <code>${mediaType}</code></h4>
      ${rows.length > 0 ? drawFields(rows) : ''}
      ${example === undefined ? '' : html`<pre>${JSON.stringify(example, null, 2)}</pre>`}
    `;
  });
  return html`${drawn}`;
}

function drawFields(rows: readonly FieldRow[]): Html {
  const drawn = rows.map(
    ({ name, type, required, description }) =>
      html`<tr>
        <th><code>${name}</code></th>
        <td>${type}${required ? '' : ', optional'}</td>
        <td>${prose(description)}</td>
      </tr>`,
  );
  return html`<table>
    ${drawn}
  </table>`;
}

function drawProblems(codes: readonly HttpErrorCode[]): Html {
  const rows = codes.map((code) => {
    const { status, meaning, nextStep } = ERRORS[code];
    return html`<tr>
      <th>${status} <code>${code}</code></th>
      <td>${prose(meaning)}</td>
      <td>${prose(nextStep)}</td>
    </tr>`;
  });
  return html`<h4>Problems</h4>
    <table>
      ${rows}
    </table>`;
}

const STYLE = readFileSync(path.join(PROJECT_ROOT, 'src/api/openapi/docs-page.css'), 'utf8');
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** Nothing but the page itself and its one style sheet: no script, and nothing from anywhere. */
export const DOCS_CONTENT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  ...['base-uri', 'form-action', 'frame-ancestors'].map((directive) => `${directive} 'none'`),
].join('; ');

/** The OpenAPI document as one page to read; the same for everybody, so it is drawn once. */
export const DOCS_PAGE = `<!doctype html>${drawPage().text}`;

function drawPage(): Html {
  const { info, tags } = OPENAPI_DOCUMENT;
  const chapters = tags.map((tag) => ({
    ...tag,
    operations: OPERATIONS.filter((operation) => operation.tag === tag.name),
  }));
  return html`
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title}: HTTP API</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <nav>
          <strong>${info.title}</strong>
          ${chapters.map(
            ({ name, operations }) =>
              html`<h2>${name}</h2>
                ${operations.map(drawLink)}`,
          )}
        </nav>
        <main>
          <h1>${info.title} <small>${info.version}</small></h1>
          <p>${prose(info.description)}</p>
          <p>The same for programs: <a href="openapi.json">openapi.json</a></p>
          <h2>Who asks</h2>
          ${drawSecurity()}
          ${chapters.map(
            ({ name, description, operations }) =>
              html`<h2>${name}</h2>
                <p>${description}</p>
                ${operations.map(drawOperation)}`,
          )}
        </main>
      </body>
    </html>
  `;
}

function drawLink({ id, method, path }: Operation): Html {
  return html`<a href="#${id}"><span class="method">${method.toUpperCase()}</span> ${path}</a>`;
}

function drawSecurity(): Html {
  const rows = Object.values(SECURITY_SCHEMES).map((scheme) => {
    const name = scheme.type === 'apiKey' ? scheme.name : 'Authorization';
    return html`<tr>
      <th><code>${name}</code></th>
      <td>${prose(scheme.description)}</td>
    </tr>`;
  });
  return html`<table>
    ${rows}
  </table>`;
}

interface FieldRow {
  /** With the names of the objects around it: `device.id`, `devices[].id`. */
  readonly name: string;
  /** In words: type, limits, choices. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** The fields of an object, and of the objects in it, as people read them: one line each. */
function fieldRows(schema: JsonSchema, named: NamedSchemas, prefix = ''): FieldRow[] {
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
function typeWords(schema: JsonSchema): string {
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
