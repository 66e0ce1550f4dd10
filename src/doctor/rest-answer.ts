/**
 * What answers in place of PostgREST, or as PostgREST: read from the status and the code alone. Words are left out: a
 * server that is not the expected one may say in them whatever it was sent, the key too.
 * https://docs.postgrest.org/en/stable/references/errors.html
 */

/** What came back of a table that was asked for over HTTP. */
export interface RestAnswer {
  readonly status: number;
  readonly contentType: string;
  /** As far as the limit. */
  readonly body: string;
  /** Of a redirect. */
  readonly location: string | null;
}

export const REST_FINDINGS = [
  'rows',
  'empty',
  'token-refused',
  'claims-refused',
  'no-anonymous',
  'no-secret',
  'role-unknown',
  'denied',
  'database-away',
  'table-unknown',
  'schema-hidden',
  'path-unknown',
  'gateway-refuses',
  'gateway-alone',
  'redirect',
  'web-page',
  'no-postgrest',
] as const;
export type RestFinding = (typeof REST_FINDINGS)[number];

export interface ReadAnswer {
  readonly finding: RestFinding;
  /** Of PostgREST or PostgreSQL, where it gave one. */
  readonly code: string | null;
}

const FINDING_OF_CODE: ReadonlyMap<string, RestFinding> = new Map([
  ['PGRST000', 'database-away'],
  ['PGRST001', 'database-away'],
  ['PGRST002', 'database-away'],
  ['PGRST003', 'database-away'],
  ['PGRST106', 'schema-hidden'],
  ['PGRST125', 'path-unknown'],
  ['PGRST205', 'table-unknown'],
  ['PGRST300', 'no-secret'],
  ['PGRST301', 'token-refused'],
  ['PGRST302', 'no-anonymous'],
  // Releases before 13 say 301 of these too.
  ['PGRST303', 'claims-refused'],
  ['22023', 'role-unknown'],
  ['42501', 'denied'],
  ['42703', 'table-unknown'],
  ['42P01', 'table-unknown'],
]);

const CODE = /^[0-9A-Z]{5,8}$/;

export function readAnswer({ status, contentType, body }: RestAnswer): ReadAnswer {
  if (status >= 300 && status < 400) return { finding: 'redirect', code: null };
  const json = readJson(body);
  const code = codeOf(json);
  const known = code === null ? undefined : FINDING_OF_CODE.get(code);
  if (known !== undefined) return { finding: known, code };
  if (contentType.includes('text/html') || /^\s*</.test(body)) return { finding: 'web-page', code };
  if (status >= 200 && status < 300 && Array.isArray(json))
    return { finding: json.length === 0 ? 'empty' : 'rows', code };
  if (code === null && (status === 401 || status === 403)) return { finding: 'gateway-refuses', code };
  if (code === null && status >= 502 && status <= 504) return { finding: 'gateway-alone', code };
  return { finding: 'no-postgrest', code };
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function codeOf(json: unknown): string | null {
  const code = typeof json === 'object' && json !== null && 'code' in json ? json.code : undefined;
  return typeof code === 'string' && CODE.test(code) ? code : null;
}
