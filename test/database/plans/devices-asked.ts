import { loadConfig } from '../../../src/config/config';
import * as devices from '../../../src/database/devices';
import * as search from '../../../src/database/find-devices';
import type { Queryable } from '../../../src/database/pool';
import * as pushTests from '../../../src/database/push-tests';
import { retireSilentDevices } from '../../../src/database/retire-silent-devices';
import { countTokenlessPhones } from '../../../src/database/tokenless-devices';

const { shopTables, maxDevices: MOST } = loadConfig({});

/** The phone that everything is asked about, and whose it is. */
interface Asked {
  readonly user: string;
  readonly merchant: string;
  readonly messageId: string;
  readonly cid: string;
}

export async function askAboutDevices(
  db: Queryable,
  { user, merchant, messageId, cid }: Asked,
): Promise<void> {
  const notification = { messageId, audience: 'user', recipientId: user } as const;
  await search.findDevices(db, shopTables, { notification, round: 1, limit: 100 });
  await search.findDevices(db, shopTables, {
    ...{ notification: { ...notification, audience: 'merchant', recipientId: merchant } },
    ...{ round: 1, only: [cid], limit: 100 },
  });
  await search.everHadDevice(db, shopTables, { audience: 'user', recipientId: user });
  await search.isPushedTo(db, shopTables, { audience: 'user', recipientId: user }, ['a cid']);
  await search.everHadDevice(db, shopTables, { audience: 'merchant', recipientId: merchant });
  const device = {
    ...{
      appid: 'other',
      cid,
      userId: user,
      merchantId: null,
      personId: user,
      platform: null,
    },
    ...{ provider: null, installationId: `i-${cid}`, subscription: null, apnsEnvironment: null },
    ...{ brand: 'vivo', notifications: null },
    proof: 'shown',
  } as const;
  await devices.upsertDevice(db, { ...device, appid: 'default' }, MOST);
  const registered = await devices.upsertDevice(db, device, MOST);
  if (!registered) throw new Error('it was registered');
  await devices.findDeviceForUpdate(db, 'default', cid);
  for (const filter of [
    { user_id: user },
    { merchant_id: merchant, is_active: true },
    { user_id: user, merchant_id: merchant, appid: 'default' },
  ])
    await devices.listDevices(db, shopTables, filter);
  await devices.unregisterDevice(db, 'default', cid);
  await devices.deactivateDevice(db, registered.id, 'gone', new Date());
  await retireSilentDevices(db, { provider: 'fcm', days: 95 }, null);
  await retireSilentDevices(
    db,
    { provider: 'fcm', days: 95 },
    { lastSeenAt: '2026-01-01T00:00:00Z', id: registered.id },
  );
  await countTokenlessPhones(db);
  await testPushes(db, registered.id, cid);
}

async function testPushes(db: Queryable, deviceId: string, cid: string): Promise<void> {
  await pushTests.findByCid(db, 'default', cid);
  await pushTests.findTestedDevice(db, deviceId, ['user-1']);
  const id = (await pushTests.insertPushTest(db, { id: deviceId, provider: 'getui' })) ?? '';
  await pushTests.findPushTest(db, id);
  await pushTests.notePushTestSent(db, id, 'r');
  await pushTests.writePushTestEnd(db, id, {
    state: 'accepted',
    reason: 'online',
    words: '',
    providerId: 'p',
  });
  const receipt = {
    messageId: `push-test:${id}`,
    deviceId,
    event: 'clicked',
    at: '2026-02-06T02:12:00Z',
  } as const;
  await pushTests.recordTestReceipt(db, id, receipt);
  await pushTests.recordTestReports(db, 'getui', [
    { cid, providerId: 'p', lossReason: null, lossWords: null },
  ]);
  await pushTests.deleteOldPushTests(db);
}
