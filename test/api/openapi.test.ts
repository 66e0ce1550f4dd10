import { beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Router } from 'express';
import { createApp } from '../../src/api/app';
import { OPENAPI_DOCUMENT } from '../../src/api/openapi/document';
import type { Operation } from '../../src/api/operation';
import { OPERATIONS } from '../../src/api/operations';
import { loadConfig } from '../../src/config/config';
import { ERRORS } from '../../src/errors';
import type { Api } from './api-lab';
import { useBareApi } from './bare-api';
import { documentedRoute, mismatches, requireDocumented } from './documented';

const named = OPERATIONS.map((operation): [string, Operation] => [
  `${operation.method.toUpperCase()} ${operation.path}`,
  operation,
]);

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...structuredClone(OPENAPI_DOCUMENT) })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  const bare = useBareApi();
  test('has every route of the application, and no other', () => {
    const routes = routesOf(createApp(bare.deps).router);
    const documented = Object.entries(OPENAPI_DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
    expect(documented.length).toBe(OPERATIONS.length);
  });

  test('names no operation twice', () => {
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });

  test('says where every code of the catalogue is answered', () => {
    const codes = Object.keys(ERRORS).filter((code) => ERRORS[code as keyof typeof ERRORS].kind === 'http');
    const said = JSON.stringify(OPENAPI_DOCUMENT.paths);
    // These are the answers where nothing is documented, before a route is looked for, and to the page of the console.
    expect(codes.filter((code) => !said.includes(`\`${code}\``)).sort()).toEqual([
      'cross-site',
      'host-not-local',
      'method-not-allowed',
      'route-unknown',
      'session-missing',
    ]);
  });

  test.each(named)(
    'shows examples of %s that fit',
    (_, { method, path, body, answers, examples, mediaType }) => {
      const route = documentedRoute(method, path);
      if (body)
        expect(mismatches(`${route}/requestBody/content/application~1json/schema`, examples?.body)).toBe('');
      if (mediaType !== undefined || examples?.answer === undefined) return;
      expect(Object.keys(answers)).toContain('200');
      expect(mismatches(`${route}/responses/200/content/application~1json/schema`, examples.answer)).toBe('');
    },
  );

  test('never shows a pattern twice as long as a line: formats and words say it better', () => {
    expect(JSON.stringify(OPENAPI_DOCUMENT)).not.toMatch(/"pattern":"[^"]{100}/);
  });
});

describe('an answer that is not documented fails the test that got it', () => {
  const device = { ok: true, device: {}, woken: 0 };
  test.each([
    ['another route', 'GET', '/api/v1/secrets', 200, { ok: true }],
    ['another method', 'DELETE', '/healthz', 200, { ok: true }],
    ['another status', 'GET', '/healthz', 201, { ok: true }],
    ['another field', 'GET', '/healthz', 200, { ok: true, uptime: 7 }],
    ['a missing field', 'GET', '/readyz', 200, { ok: true, temporal: 'ok' }],
    ['another shape', 'POST', '/api/v1/push/register', 200, device],
    ['a code of another route', 'POST', '/api/v1/push/register', 404, problem('order-unknown')],
    ['a code with another status', 'GET', '/nowhere', 400, problem('route-unknown')],
    ['a refusal without a code', 'GET', '/nowhere', 404, { ok: false, message: 'no' }],
  ])('%s', (_, method, path, status, body) => {
    const answered = { status, mediaType: 'application/json', text: JSON.stringify(body) };
    expect(() => requireDocumented(method, path, answered)).toThrow('is not documented');
  });

  function problem(code: string) {
    return { ok: false, code, message: 'no' };
  }
});

describe('who may ask is as documented', () => {
  let api: Api;
  const bare = useBareApi();
  beforeAll(async () => {
    const settings = { DEVICE_REGISTRATION: 'key', WEBHOOK_SECRETS: `whsec_${'a'.repeat(32)}` };
    api = await bare.serve({ config: loadConfig(settings) });
  });

  test.each(named)('%s', async (_, { method, path, access, body }) => {
    const { status, json } = await api.call(
      method.toUpperCase(),
      path.replace('{source}', 'kuaidi100').replace(/\{\w+\}/g, 'example'),
      {
        ...(body && { json: {} }),
      },
    );
    const refusal = { everybody: undefined, signature: 'signature-missing', receipt: 'signature-invalid' };
    // A channel refuses in the form of its source.
    if (access !== 'channel')
      expect(json['code']).toBe(typeof access === 'object' ? 'api-key-missing' : refusal[access]);
    if (access !== 'everybody') expect(status).toBe(401);
  });
});

/** The routes below a router, as the document writes them. */
function routesOf(router: Router): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (!route) return 'stack' in handle ? routesOf(handle as unknown as Router) : [];
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const methods = route.stack.map(({ method }) => method).filter((method) => method !== undefined);
    return [...new Set(methods)].map((method) => `${method} ${path}`);
  });
}
