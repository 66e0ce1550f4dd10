import { ERRORS, type HttpErrorCode } from '../../errors';
import type { Access, Operation } from '../operation';

/** What `auth.ts`, `owners.ts` and the sources refuse. */
const PROBLEMS_OF_ACCESS: Readonly<Record<Access, readonly HttpErrorCode[]>> = {
  everybody: [],
  key: ['api-key-missing', 'api-key-invalid'],
  app: ['api-key-missing', 'api-key-invalid', 'jwt-invalid', 'not-your-device'],
  signature: ['signature-missing', 'signature-invalid', 'signature-expired'],
  channel: [
    'channel-unknown',
    'signature-missing',
    'signature-invalid',
    'signature-expired',
    'signature-replayed',
  ],
  receipt: ['signature-missing', 'signature-invalid'],
};

/** What `request-input.ts` refuses. */
const PROBLEMS_OF_BODY: readonly HttpErrorCode[] = [
  'content-type-unsupported',
  'content-encoding-unsupported',
  'json-malformed',
  'body-too-large',
  'request-malformed',
  'field-invalid',
];

/** Every code that an operation may answer with, in the order of the catalogue. */
export function problemsOf({ access, params, query, body, problems }: Operation): HttpErrorCode[] {
  const possible = new Set<string>([
    ...PROBLEMS_OF_ACCESS[access],
    ...(params ? ['request-malformed', 'field-invalid'] : []),
    ...(query ? ['field-invalid'] : []),
    ...(body ? PROBLEMS_OF_BODY : []),
    ...problems,
    'internal',
  ]);
  return Object.keys(ERRORS).filter((code): code is HttpErrorCode => possible.has(code));
}
