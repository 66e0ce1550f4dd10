import { ERRORS, type HttpErrorCode } from '../../errors';
import { fieldRows, type FieldRow, typeWords } from './field-rows';
import { type Html, html, prose } from './html';
import { OPENAPI_DOCUMENT } from './document';
import type { Content, DescribedOperation, Parameter } from './document-types';
import { problemsOf } from './problems';
import type { Access, Operation } from '../operation';

const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  everybody: 'Needs no key.',
  key: 'Needs an API key.',
  app: 'Needs an API key, or the access token of the person who is signed in.',
  signature: 'Signed as Standard Webhooks when `WEBHOOK_SECRETS` is set.',
  channel: 'The URL is a secret; sources that sign are verified besides.',
  receipt: 'Every line is signed by the provider.',
};

/** One route: what to send, and what may come back. */
export function drawOperation(operation: Operation): Html {
  const { id, method, path, access, summary, description = '', answers } = operation;
  const described = OPENAPI_DOCUMENT.paths[path]?.[method];
  if (!described) throw new Error(`${id} is not described`);
  const { parameters = [], requestBody } = described;
  return html`
    <section id="${id}">
      <h3><code>${method.toUpperCase()} ${path}</code></h3>
      <p>${prose(summary)} ${prose(description)}</p>
      <p>${prose(ACCESS_WORDS[access])}</p>
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
