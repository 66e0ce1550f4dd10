import { createHash } from 'node:crypto';
import { fromHex, verdictOn } from './reading/proof';
import { fieldsOf, textOf } from './reading/json';
import { bytesOfMember } from './json-member';
import { readJsonObject } from './json-object';
import { headerOf, proving } from './signed-headers';
import type { Verification, WebhookRequest } from './source';

/** Both versions of 17TRACK's signature: a plain SHA-256 over what is said and the key, parted by slashes. */
export function verify17Track(request: WebhookRequest, secrets: readonly string[]): Verification {
  const signature = headerOf(request, 'sign');
  return signature === undefined
    ? verifySignInBody(request, secrets)
    : verdictOn(fromHex(signature), sha256s(secrets, request.body));
}

/** Version 1: `sign` stands in the body, over the event and the data as they were sent. */
function verifySignInBody({ body }: WebhookRequest, secrets: readonly string[]): Verification {
  const { event, sign } = fieldsOf(readJsonObject(body));
  const data = typeof sign === 'string' && sign !== '' ? bytesOfMember(body, 'data') : undefined;
  if (data === undefined) return verdictOn(undefined, []);
  return verdictOn(fromHex(textOf(sign)), sha256s(secrets, `${textOf(event)}/`, data));
}

function sha256s(secrets: readonly string[], ...said: readonly (string | Buffer)[]): Buffer[] {
  return proving(secrets).map((key) =>
    [...said, `/${key}`].reduce((hash, part) => hash.update(part), createHash('sha256')).digest(),
  );
}
