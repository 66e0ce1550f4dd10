import { createHmac } from 'node:crypto';

/** How the function knows us: https://doc.dcloud.net.cn/uniCloud/uni-cloud-s2s.html */
export interface S2sSettings {
  readonly connectCode?: string;
  readonly signKey?: string;
}

/** The headers that uni-cloud-s2s's `verifyHttpInfo` looks for; none when nothing is set. */
export function secureHeaders(
  { connectCode, signKey }: S2sSettings,
  body: object,
  now: number,
): Record<string, string> {
  return {
    ...(connectCode !== undefined && { 'unicloud-s2s-authorization': `CONNECTCODE ${connectCode}` }),
    ...(signKey !== undefined && {
      'unicloud-s2s-timestamp': String(now),
      'unicloud-s2s-signature': `hmac-sha256 ${signature(signKey, body, now)}`,
    }),
  };
}

/** Arrays and objects are not signed: whoever could change the body could change those. */
function signature(signKey: string, body: object, now: number): string {
  const signed = Object.entries(body)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join('&');
  return createHmac('sha256', signKey).update(`${now}\n${signed}`).digest('hex');
}
