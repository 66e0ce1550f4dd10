import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../project-root';
import { drawOperation } from './docs-operation';
import { Html, html, prose } from './html';
import { OPENAPI_DOCUMENT } from './document';
import { SECURITY_SCHEMES } from './security';
import type { Operation } from '../operation';
import { OPERATIONS } from '../operations';

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
