import { elementsOf, isLayer, readLayer } from '../json-layer';
import {
  accepted,
  deactivate,
  fail,
  retry,
  retryAmbiguous,
  retryUnclear,
  rows,
  type Ruling,
} from '../ruling';

/**
 * What every documented error of FCM asks for.
 * https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode, https://firebase.google.com/docs/cloud-messaging/error-codes
 */

/** FCM's own code; missing from many answers, payload errors among them. */
const BY_CODE = new Map<string, Ruling>([
  ...rows(deactivate('unregistered'), 'UNREGISTERED'),
  // A wrong service account gives the same for every phone: deactivating would empty the table.
  ...rows(fail('credential_mismatch', 'suspect'), 'SENDER_ID_MISMATCH'),
  // The project lacks Apple's or the browsers' key: phones with Android are reached all the same.
  ...rows(fail('provider_config', 'suspect'), 'THIRD_PARTY_AUTH_ERROR'),
  ...rows(retry('rate_limited', 60), 'QUOTA_EXCEEDED'),
  ...rows(fail('bad_payload'), 'INVALID_ARGUMENT'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'INTERNAL', 'UNAVAILABLE', 'UNSPECIFIED_ERROR'),
]);

/** The code of Google's gateway, the same for all of its services. */
const BY_STATUS = new Map<string, Ruling>([
  ...rows(fail('provider_config', 'credential'), 'PERMISSION_DENIED'),
  // Without FCM's own code nobody knows what is not found: the project, the address, or this one phone.
  ...rows(fail('provider_config', 'suspect'), 'NOT_FOUND'),
  ...rows(fail('provider_config', 'project'), 'UNIMPLEMENTED', 'FAILED_PRECONDITION'),
  ...rows(fail('bad_payload'), 'INVALID_ARGUMENT', 'OUT_OF_RANGE'),
  ...rows(retry('rate_limited', 60), 'RESOURCE_EXHAUSTED'),
  ...rows(retryAmbiguous('timeout', 10), 'DEADLINE_EXCEEDED', 'CANCELLED'),
  ...rows(retryAmbiguous('provider_5xx', 10), 'INTERNAL', 'UNAVAILABLE', 'UNKNOWN', 'ABORTED'),
]);

/** FCM's own discriminators between a dead token and a bad message, both INVALID_ARGUMENT; either will do. */
const TOKEN_FIELD = 'message.token';
const TOKEN_WORDS = 'not a valid FCM registration token';
const DEAD_TOKEN = deactivate('invalid_token');

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

export interface FcmReply {
  /** `projects/…/messages/…` of a message that was taken. */
  readonly name: string | null;
  /** FCM's own code and Google's, as far as they are there. */
  readonly code: string | null;
  readonly status: string | null;
  readonly message: string;
  /** The fields of our message that are wrong. */
  readonly wrongFields: readonly string[];
}

export function readFcmReply(body: string): FcmReply {
  const { name, error } = readLayer(body);
  const { status, message, details } = isLayer(error) ? error : {};
  const layers = elementsOf(details).filter(isLayer);
  return {
    name: textOrNull(name),
    code: textOrNull(layers.find((each) => each['@type'] === FCM_ERROR)?.errorCode),
    status: textOrNull(status),
    message: textOrNull(message) ?? '',
    wrongFields: layers
      .flatMap(({ fieldViolations }) => elementsOf(fieldViolations).filter(isLayer))
      .map(({ field }) => field)
      .filter((field) => typeof field === 'string'),
  };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What an answer asks for, other than an access token that has run out. */
export function rulingOnReply(reply: FcmReply, httpStatus: number): Ruling {
  if (httpStatus === 200) return reply.name === null ? retryUnclear('unparseable') : accepted('accepted');
  if (isDeadToken(reply)) return DEAD_TOKEN;
  const known = BY_CODE.get(reply.code ?? '') ?? BY_STATUS.get(reply.status ?? '');
  return known ?? rulingOnHttpStatus(httpStatus);
}

function isDeadToken({ code, status, message, wrongFields }: FcmReply): boolean {
  if (status !== 'INVALID_ARGUMENT') return false;
  if (wrongFields.length > 0) return wrongFields.includes(TOKEN_FIELD);
  return (code ?? status) === 'INVALID_ARGUMENT' && message.includes(TOKEN_WORDS);
}

export const isTokenRefusal = ({ code, status }: FcmReply, httpStatus: number): boolean =>
  httpStatus === 401 && code === null && (status === null || status === 'UNAUTHENTICATED');

/** Google's front end answers in HTML, and may refuse one request of many. */
function rulingOnHttpStatus(status: number): Ruling {
  // "Please try again in 30 seconds."
  if (status === 502) return retryAmbiguous('provider_5xx', 30);
  if (status >= 500) return retryAmbiguous('provider_5xx', 10);
  if (status === 429) return retry('rate_limited', 60);
  if (status === 408) return retryAmbiguous('timeout', 10);
  if (status === 400 || status === 413) return fail('bad_payload');
  if (status >= 300) return fail('provider_config', 'suspect');
  return retryUnclear('unparseable');
}
