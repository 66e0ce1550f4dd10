import { accepted, deactivate, fail, retry, rows, type Ruling } from '../ruling';

/**
 * What every documented word of GeTui asks for; uni-push is made on it and gives the same ones.
 * https://docs.getui.com/getui/server/rest_v2/code/, https://docs.getui.com/getui/server/rest_v2/push/
 */

/** The word for one phone. There is none for "failed": failures are codes. */
export const BY_STATUS: ReadonlyMap<string, Ruling> = new Map([
  // Handed to the running app, or stored and given to the phone's vendor. Neither says that it was shown.
  ['successed_online', accepted('online')],
  ['successed_offline', accepted('offline_or_vendor')],
  // Not sent: the app was not opened for 90 days. Registering again revives the device.
  ['successed_ignore', deactivate('inactive_90d')],
]);

/** GeTui's own discriminator between a dead cid and any other bad parameter, both 20001. */
export const BAD_PARAMETER = '20001';
export const DEAD_CID_WORDS = 'target user is invalid';
export const DEAD_CID = deactivate('invalid_cid');

/** GeTui gives them with HTTP 200, 400, 401 or 403; only the code counts. 10001 is for the caller to judge. */
export const BY_CODE: ReadonlyMap<string, Ruling> = new Map([
  ...rows(retry('provider_busy', 5), '2'),
  ...rows(fail('provider_config', 'credential'), '10002', '10004'),
  ...rows(retry('rate_limited', 60), '10003', '10005', '30012', '30013', '30014', '30015', '30018'),
  ...rows(fail('bad_payload'), BAD_PARAMETER, '22001', '22002', '23001'),
  ...rows(fail('not_in_package', 'project'), '30000', '30001', '30002', '30003', '30005', '30016', '30017'),
  ...rows(fail('daily_quota', 'quota'), '30004', '30006', '30007', '30008', '30009', '30010', '30011'),
  ...rows(retry('provider_busy', 10), '30019'),
]);
