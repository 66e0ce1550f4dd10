import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { attentionCommand } from '../../src/cli/attention';
import { linkCommand } from '../../src/cli/link';
import { whyCommand } from '../../src/cli/why';
import { loadConfig } from '../../src/config/config';
import { ATTENTION } from '../../src/workflows/search-attributes';
import { serveDeliveries } from '../api/delivery-api';
import { look, run } from '../cli/run-command';
import { type DeliveryHandle, eventually, useLab } from '../setup/delivery-lab';
import { use } from '../setup/use';

const KEY = 'k'.repeat(48);

const before = { ...process.env };

const lab = useLab();
const api = use(() => serveDeliveries(lab, { config: loadConfig({ API_KEYS: KEY }) }));
beforeEach(() => {
  Object.assign(process.env, { PORT: new URL(api.url).port, API_KEYS: KEY });
});
afterEach(() => {
  process.env = { ...before };
  process.exitCode = undefined;
});

const waitsFor = (handle: DeliveryHandle, kind: string): Promise<unknown> =>
  eventually(async () => (await handle.describe()).typedSearchAttributes.get(ATTENTION)?.includes(kind));

/** The line of `next`, word for word, but for the order that only the shop can name. */
async function paste(output: string, orderId: string): Promise<void> {
  const [, line = ''] = /^next .*npx waybell link (.+)$/m.exec(output) ?? [];
  expect(await run(linkCommand(), ...line.replace('ORDER_ID', orderId).split(' '))).toMatchObject({
    code: undefined,
    output: expect.stringContaining('woken      1 delivery'),
  });
}

/** Found in one look, healed by the line that it ends with; docs/development.md says where the others are shown. */
describe('a night call is answered with one look', () => {
  test('a waybill without an order: why says so, and the line that links it heals it', async () => {
    const parcel = await lab.parcel({}, false);
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'order-not-found');
      const { output: told } = await look(whyCommand(), parcel.trackingNo);
      expect(told).toContain('The waybill has no order, so nobody is known whom to tell.');
      await paste(told, parcel.orderId);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('an order that the shop does not have: why names it, and the line that links the right one heals it', async () => {
    const parcel = await lab.parcel();
    await lab.linkOrder({ ...parcel, orderId: 'O-OF-NOBODY' });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'order-not-found');
      const { output: told } = await look(whyCommand(), parcel.trackingNo);
      expect(told).toContain('The waybill names the order O-OF-NOBODY, which the shop does not have');
      await paste(told, parcel.orderId);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });

  test('a buyer without a phone: why and attention say so, and the registration of one heals it', async () => {
    const parcel = await lab.parcel({ user: 0 });
    await lab.withWorker(async () => {
      const handle = await lab.start(parcel, 'delivered', 1);
      await waitsFor(handle, 'no-targets');
      const { output: told } = await look(whyCommand(), parcel.trackingNo);
      expect(told).toContain('waits: no-targets of the user');
      expect(told).toMatch(/^next +nothing here: the owner signs in on a phone/m);
      const { output: waiting } = await look(attentionCommand(), '--kind', 'no-targets');
      expect(waiting).toContain(`no-targets yto ${parcel.trackingNo} user\n`);
      expect(waiting).toContain('ends by: the owner registers a device');
      const { status } = await api.call('POST', '/api/v1/push/register', {
        json: { cid: `cid-of-${parcel.trackingNo}`, user_id: parcel.userId },
        headers: { authorization: `Bearer ${KEY}` },
      });
      expect(status).toBe(200);
      expect(await handle.result()).toMatchObject({ outcome: 'success' });
    });
  });
});
