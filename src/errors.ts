/**
 * Every word with which something is refused or fails: the codes of HTTP answers and the types of activity
 * and workflow failures. `docs/errors.md` shows the same to people; a test holds the two equal.
 */

interface CatalogueEntry {
  readonly kind: 'http' | 'failure';
  /** HTTP status; only of kind `http`. */
  readonly status?: number;
  /** What happened. */
  readonly meaning: string;
  /** Whether the same thing, tried again unchanged, can succeed. */
  readonly retry: boolean;
  /** What a person does about it. */
  readonly nextStep: string;
}

const http = (status: number, retry: 'retry' | 'final', meaning: string, nextStep: string) =>
  ({ kind: 'http', status, meaning, retry: retry === 'retry', nextStep }) as const;

const failure = (retry: 'retry' | 'final', meaning: string, nextStep: string) =>
  ({ kind: 'failure', meaning, retry: retry === 'retry', nextStep }) as const;

export const ERRORS = {
  // Any request
  'route-unknown': http(404, 'final', 'No such route.', 'Compare the path with docs/http.md.'),
  'source-unknown': http(
    404,
    'final',
    'There is no such source of webhooks.',
    'Compare the name with docs/sources.md.',
  ),
  'method-not-allowed': http(
    405,
    'final',
    'The route exists, the method does not.',
    'Use a method of Allow.',
  ),
  'content-type-unsupported': http(
    415,
    'final',
    'The body is not declared as JSON.',
    'Send Content-Type: application/json.',
  ),
  'content-encoding-unsupported': http(
    415,
    'final',
    'The body is compressed in an unknown way.',
    'Send it plain, or as gzip, deflate or br.',
  ),
  'json-malformed': http(400, 'final', 'The body is not a JSON object in UTF-8.', 'Correct the sender.'),
  'body-too-large': http(413, 'final', 'The body is larger than 1 MiB.', 'Send less in one request.'),
  'bodies-full': http(
    503,
    'retry',
    'More bodies of requests were on their way than memory is kept for; the oldest of them gave way.',
    'Send it again after Retry-After. Where that goes on, look for who sends slowly.',
  ),
  'field-invalid': http(
    400,
    'final',
    'A field is missing, too long, or impossible; `field` names it.',
    'Correct that field.',
  ),
  'request-malformed': http(400, 'final', 'The request cannot be read.', 'Correct its path and headers.'),
  internal: http(
    500,
    'retry',
    'Waybell made a mistake.',
    'Look for the request id of the answer in the log, and report it.',
  ),

  // Who asks
  'signature-missing': http(
    401,
    'final',
    'The webhook carries no signature.',
    'Sign it: as Standard Webhooks with a secret of WEBHOOK_SECRETS, or at a channel as its source does.',
  ),
  'signature-invalid': http(
    401,
    'final',
    'No signature of the webhook fits its bytes.',
    'Compare the secrets; sign the bytes exactly as they are sent.',
  ),
  'signature-expired': http(
    401,
    'final',
    'The webhook was signed further from now than is allowed: 5 minutes, or the tolerance of its channel.',
    'Set the clock of the sender; sign every attempt anew.',
  ),
  'signature-replayed': http(
    401,
    'final',
    'The signature was used before, with another body.',
    'Nothing, unless the sender is yours: somebody may have read a webhook on its way.',
  ),
  'channel-unknown': http(
    401,
    'final',
    'The URL of the webhook belongs to no channel.',
    'Compare it with what was entered at the sender; waybell channels rotate --new-token makes a new one.',
  ),
  'api-key-missing': http(
    401,
    'final',
    'The request carries no API key.',
    'Send Authorization: Bearer <key> with a key of API_KEYS, or of waybell keys api.',
  ),
  'registration-grace-over': http(
    401,
    'final',
    'The app shows no access token, and the time in which that was taken is over.',
    'Let people update the app; ANONYMOUS_REGISTRATION_UNTIL may name a later day.',
  ),
  'api-key-invalid': http(
    401,
    'final',
    'The API key is not known, was revoked, or has ended.',
    'Use a current key; waybell keys api list shows which there are.',
  ),
  'session-missing': http(
    401,
    'final',
    'The page of the console has no session, or it has ended.',
    'Log in to the console; a program sends a key to the API instead.',
  ),
  'jwt-invalid': http(
    401,
    'final',
    'The access token is forged, expired, or not a person’s; the message says which.',
    'Let the app refresh its session; waybell keys verify --token-stdin explains a token.',
  ),
  'not-allowed': http(
    403,
    'final',
    'The key lacks the scope for this, or an access token does not reach it.',
    'Use a key with one of the scopes that the message names.',
  ),
  'too-many-requests': http(
    429,
    'retry',
    'Too much came in a short time: with this key or of this person, or without proof to this URL or from this address. A webhook with a valid proof is always taken.',
    'Wait for Retry-After; correct a key or a proof that is wrong.',
  ),
  'not-your-device': http(
    403,
    'final',
    'The access token belongs to somebody else than the owner of the device.',
    'Register with the token of the account that owns the phone now.',
  ),

  'host-not-local': http(
    403,
    'final',
    'Nothing asks for a key, and the request is addressed to a name that may lead here from anywhere.',
    'Use localhost or an address; or set DEVICE_REGISTRATION=key and API_KEYS.',
  ),
  'cross-site': http(
    403,
    'final',
    'Nothing asks for a key, and the page of another site sent the request.',
    'Send it from a page of Waybell or from a program; or set DEVICE_REGISTRATION=key and API_KEYS.',
  ),

  // What is asked for
  'owner-required': http(400, 'final', 'A device needs an owner.', 'Send user_id, merchant_id, or both.'),
  'device-unknown': http(404, 'final', 'No device has this appid and cid.', 'Register the device first.'),
  'device-retired': http(
    409,
    'final',
    'The device gets no pushes any more; the message says why.',
    'Open the app: it registers the device again.',
  ),
  'push-test-unknown': http(
    404,
    'final',
    'There is no such push test, or it was forgotten.',
    'Compare the id; tests are kept for seven days.',
  ),
  'push-unknown': http(
    404,
    'final',
    'This notification was never pushed to this device.',
    'Send the message_id and cid that came with the push.',
  ),
  'webpush-off': http(
    404,
    'final',
    'Web Push is not switched on, so there is no key to subscribe with.',
    'Set VAPID_PRIVATE_KEY and VAPID_SUBJECT; until then, let the page offer no notifications.',
  ),
  'order-unknown': http(404, 'final', 'The shop has no such order.', 'Create the order, then link it.'),
  'order-linked': http(
    409,
    'final',
    'The parcel belongs to another order, which the shop has.',
    'Compare both; where that one is wrong, send replace.',
  ),
  'waybill-unknown': http(
    404,
    'final',
    'Nobody has heard of this number, and the shop does not have it.',
    'Compare the number; with its carrier it is added.',
  ),
  'waybill-ambiguous': http(
    409,
    'final',
    'Several carriers have this number.',
    'Say which carrier is meant.',
  ),
  shadow: http(
    409,
    'final',
    'SHADOW is set, and nothing is written into the tables of the shop.',
    'Do it in the system that the shop runs on, or remove SHADOW.',
  ),
  'notification-unknown': http(404, 'final', 'No notification has this message_id.', 'List them first.'),
  'not-a-delivery': http(
    409,
    'final',
    'The notification was not made by Waybell, so it has no workflow.',
    'Leave it to the system that made it.',
  ),
  'nothing-to-retry': http(
    409,
    'final',
    'The delivery refuses another try.',
    'Read its reason in the message.',
  ),
  'delivery-unknown': http(
    404,
    'final',
    'No delivery has this name, or the query finds none.',
    'Compare the ids; give a message_id, a tracking number or a workflow id.',
  ),
  'query-malformed': http(
    400,
    'final',
    'Temporal cannot read the query; nothing was started.',
    'Try it in the list of workflows of the Temporal UI.',
  ),
  'retry-unknown': http(
    404,
    'final',
    'There is no such retry, or Temporal has forgotten it.',
    'Compare the id; Temporal keeps them as long as deliveries.',
  ),
  'erasure-unknown': http(
    404,
    'final',
    'There is no such erasure, or it was forgotten.',
    'Compare the id; erasures are kept as long as the audit.',
  ),
  'receiver-unknown': http(
    404,
    'final',
    'STATUS_WEBHOOKS has no such receiver, or no worker has begun with it.',
    'Compare the name with waybell receivers list.',
  ),
  'journal-unknown': http(
    404,
    'final',
    'No journal has this id, or its process is still heard of.',
    'Compare it with waybell attention.',
  ),
  'history-gone': http(
    409,
    'final',
    'Neither Temporal nor the database keeps what the delivery was told, so it cannot start again.',
    'Send the webhook again, with an event_id of its own.',
  ),

  // What is away
  'jwks-unavailable': http(
    503,
    'retry',
    'The keys that access tokens are signed with could not be read yet.',
    'Look whether this machine reaches SUPABASE_JWKS_URL.',
  ),
  'temporal-unavailable': http(
    503,
    'retry',
    'Temporal does not answer in time; the message says whether something may have been started.',
    'Look at /readyz and at the Temporal server. The sender tries again after Retry-After.',
  ),
  'intake-unavailable': http(
    503,
    'retry',
    'The journal of webhooks is full, or its disk fails; nothing was taken.',
    'Look at /readyz: hand-over and archive empty the journal once Temporal and PostgreSQL answer. The sender tries again.',
  ),
  'worker-unavailable': http(
    503,
    'retry',
    'Temporal answers, but no worker took the request in time.',
    'Look whether a worker runs; then ask again.',
  ),
  'database-unavailable': http(
    503,
    'retry',
    'PostgreSQL does not answer, or not in time.',
    'Look at /readyz and at PostgreSQL.',
  ),
  'database-permission': http(
    503,
    'final',
    'The database role may not see or write a table, or row-level security would hide rows.',
    'Grant the named table to the role, and let the role bypass row-level security.',
  ),
  'database-refused': http(
    409,
    'final',
    'A rule of the shop’s own tables refuses the row.',
    'Read the rule in the message; satisfy it, or create the row in the shop first.',
  ),

  // Failures in the history of a delivery
  PushRetryLater: failure(
    'retry',
    'The provider is busy, limits the rate, or did not answer.',
    'Nothing at first: Temporal tries again, not before the time that the provider named. If it stays, look at the settings of the provider.',
  ),
  ProviderHeld: failure(
    'retry',
    'The provider refuses our keys, our quota is used up, the project is wrong, or its answers do not say what became of the pushes: all its pushes wait, no device is touched.',
    'Correct what the provider says. Pushes go again by themselves once a probe is taken; waybell providers release makes them go without one.',
  ),
  SweepGoesOn: failure(
    'retry',
    'No failure: the sweep has looked which waits are over, and looks again in a minute.',
    'Nothing: its run goes on for six hours, and then another one.',
  ),
  DataRefused: failure(
    'final',
    'PostgreSQL refuses a value of the shipment or of the shop: too long for its column, or against a rule of its table.',
    'Read the column or the rule in the message; widen or satisfy it, then waybell retry, or send the same webhook again.',
  ),
} as const satisfies Record<string, CatalogueEntry>;

type CodesOfKind<K extends CatalogueEntry['kind']> = {
  [Code in keyof typeof ERRORS]: (typeof ERRORS)[Code]['kind'] extends K ? Code : never;
}[keyof typeof ERRORS];

/** The `code` of an HTTP answer that says no. */
export type HttpErrorCode = CodesOfKind<'http'>;
/** The `type` of an `ApplicationFailure`. */
export type FailureType = CodesOfKind<'failure'>;
