import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { currentStatus } from '../../src/shipment/current-status';
import type { ShipmentUpdate } from '../../src/shipment/update';
import { findSource } from '../../src/sources/registry';
import { splitTexts } from '../../src/deliveries/split-texts';
import { deliveryWorkflowId } from '../../src/deliveries/workflow-id';
import { eventually } from '../setup/processes';
import { CONDITIONS, readPayload } from '../sources/requests';
import { type ApiLab, openApiLab } from './api-lab';
import { type ChannelLab, openChannelLab } from './channel-lab';
import { ANY_AGE } from '../setup/any-age';

/** What a recorded request tells of one waybill: how many scans, and where the parcel is. */
type Told = readonly [waybill: string, scans: number, status: string];

interface Recorded {
  readonly file: string;
  /** None: the URL alone proves the sender. */
  readonly secret?: string;
  /** The answer that the sender takes as "received". */
  readonly received: string;
  readonly told: readonly Told[];
}

const KUAIDI100 = '{"result":true,"returnCode":"200","message":"成功"}';
const OK = '{"ok":true}';

const RECORDED: readonly Recorded[] = [
  {
    file: 'kuaidi100.polling-locker.txt',
    secret: 'k100-salt-demo',
    received: KUAIDI100,
    told: [['yuantong/YT0000000000001', 5, 'available_for_pickup']],
  },
  {
    file: 'kuaidi100.repush-duplicate-reordered.txt',
    secret: 'k100-salt-demo',
    received: KUAIDI100,
    told: [['yuantong/YT0000000000001', 4, 'out_for_delivery']],
  },
  {
    file: 'kuaidi100.shutdown-minimal-emptysalt.txt',
    received: KUAIDI100,
    told: [['shentong/770000000000003', 1, 'delivered']],
  },
  {
    file: 'kdniao.101-multi.txt',
    secret: '00000000-demo-kdniao-appkey',
    received: '{"EBusinessID":"1000001","UpdateTime":"2026-03-02 18:20:00","Success":true,"Reason":""}',
    told: [
      ['sto/770000000000001', 2, 'out_for_delivery'],
      ['yto/YT0000000000009', 1, 'expired'],
      ['zto/78000000000003', 2, 'delivered'],
    ],
  },
  {
    file: 'sf.batch-outoforder-duplicate.json',
    received: '{"return_code":"0000","return_msg":"成功"}',
    told: [
      ['sf/SF0000000000001', 4, 'delivered'],
      ['sf/SF0000000000002', 1, 'out_for_delivery'],
    ],
  },
  {
    file: 'zto.1-signed-first.txt',
    secret: 'zto-demo-app-secret',
    received: '{"message":"","result":"success","status":true,"statusCode":"0"}',
    told: [['zto/78000000000001', 1, 'delivered']],
  },
  {
    file: 'yto.sent-scan.txt',
    secret: 'yto-demo-partner',
    received:
      '<Response><logisticProviderID>YTO</logisticProviderID><txLogisticID>SO-YTO-1</txLogisticID><success>true</success></Response>',
    told: [['yto/YT0000000000005', 1, 'out_for_delivery']],
  },
  {
    file: 'aftership.tracking-update.json',
    secret: 'aftership-demo-secret',
    received: OK,
    told: [['ups/1Z0000000000000001', 2, 'failed_attempt']],
  },
  {
    file: 'easypost.tracker-updated-float.json',
    secret: 'demo-sécret',
    received: OK,
    told: [['usps/EZ4000004000', 2, 'delivered']],
  },
  {
    file: '17track.updated-customs.json',
    secret: '17track-demo-key',
    received: OK,
    told: [['3011/LX000000001CN', 2, 'customs']],
  },
  {
    file: 'shippo.pickup-test-flag.json',
    secret: 'shippo-demo-secret',
    received: OK,
    told: [['shippo/SHIPPO_DELIVERED', 1, 'available_for_pickup']],
  },
  {
    file: 'ship24.two-trackings.json',
    secret: 'ship24-demo-bearer',
    received: '{"success":true}',
    told: [
      ['dhl/S24DEMO001', 1, 'delivered'],
      ['dhl/S24DEMO002', 1, 'returning'],
    ],
  },
  {
    file: 'standard-webhooks.rotated-secret.json',
    secret: 'whsec_c3RhbmRhcmQtd2ViaG9va3MtZGVtby1rZXktMjRieSE=',
    received: OK,
    told: [['generic/GEN0001', 1, 'out_for_delivery']],
  },
];

const sourceOf = (file: string): string => file.split('.')[0] ?? '';

let lab: ApiLab;
let channels: ChannelLab;
beforeAll(async () => {
  lab = await openApiLab();
  const wanted = RECORDED.map(({ file, secret }) => ({
    source: sourceOf(file),
    ...(secret !== undefined && { secret }),
  }));
  channels = await openChannelLab(lab, wanted);
});
afterAll(async () => {
  await channels.close();
  await lab.close();
});

/** What a delivery was started with. */
async function updateOf(workflowId: string): Promise<ShipmentUpdate> {
  const { events } = await lab.temporal.client.workflow.getHandle(workflowId).fetchHistory();
  const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return defaultPayloadConverter.fromPayload<{ update: ShipmentUpdate }>(input!).update;
}

describe.each(RECORDED.map((recorded, index) => ({ ...recorded, index })))(
  'the recorded request $file',
  ({ file, received, told, index }) => {
    const name = sourceOf(file);
    const request = readPayload(file);
    const { updates } = findSource(name)!.parse(request, CONDITIONS);
    const post = async () => {
      const answer = await channels.post(name, channels.tokens[index] ?? '', request);
      await eventually(() => channels.intake.state().waiting === 0);
      return answer;
    };

    test('is acknowledged as its sender wants it, starts its deliveries, and is archived', async () => {
      const answer = await post();
      expect(answer).toMatchObject({ status: 200, text: received });
      expect(answer.headers.get('content-type')).toMatch(
        received.startsWith('<') ? /^application\/xml\b/ : /^application\/json\b/,
      );

      const started = await Promise.all(updates.map((update) => updateOf(deliveryWorkflowId(update))));
      expect(started).toEqual(updates.map((update) => splitTexts(update).update));
      expect(
        started.map(({ carrier, trackingNo, events }) => [
          `${carrier}/${trackingNo}`,
          events.length,
          currentStatus(events, ANY_AGE.zone)?.status,
        ]),
      ).toEqual(told);

      await eventually(() => channels.intake.state().unarchived === 0);
      const { rows } = await lab.db.pool.query<{ body: Buffer }>(
        `select body, workflow_ids, received_at from waybell.webhooks where source = $1 and channel = $2`,
        [name, `channel-${index}`],
      );
      expect(rows).toEqual([
        {
          body: request.body,
          workflow_ids: updates.map((update) => deliveryWorkflowId(update)),
          received_at: new Date(CONDITIONS.now),
        },
      ]);
    });

    test('sent again is acknowledged in the same way, and starts nothing', async () => {
      const before = await lab.traces();
      expect(await post()).toMatchObject({ status: 200, text: received });
      expect(await lab.traces()).toEqual(before);
    });
  },
);

test('one bad row of several is kept, counted and listed, and the others are started', async () => {
  const row = (mailno: string, opCode = '80') => ({
    ...{ mailno, acceptAddress: '深圳市', acceptTime: '2026-03-02 08:30:00', remark: '已签收', opCode },
    id: mailno,
  });
  const body = { Body: { WaybillRoute: [row('SFGOOD1'), row('!'), row('SFGOOD2'), row('SFODD3', '4711')] } };
  const token = channels.tokens[RECORDED.findIndex(({ file }) => file.startsWith('sf.'))] ?? '';
  const answer = await channels.post('sf', token, {
    body: Buffer.from(JSON.stringify(body)),
    headers: { 'content-type': 'application/json' },
  });
  expect(answer).toMatchObject({ status: 200, json: { return_code: '0000' } });

  await eventually(() => {
    const { waiting, unarchived } = channels.intake.state();
    return waiting + unarchived === 0;
  });
  const { json } = await channels.get('/api/v1/webhooks?source=sf&verdict=flawed&limit=1');
  expect(json).toEqual({
    ok: true,
    count: 1,
    webhooks: [
      {
        id: expect.stringMatching(/^20260302T102000000Z-/),
        source: 'sf',
        channel: expect.any(String),
        received_at: '2026-03-02T10:20:00.000Z',
        bytes: Buffer.byteLength(JSON.stringify(body)),
        verdict: 'flawed',
        flaws: [
          { code: 'row-unusable', where: 'sf/!', message: expect.any(String) },
          { code: 'status-unknown', where: 'SFODD3', message: 'the status 4711 is in no table' },
        ],
        workflow_ids: ['SFGOOD1', 'SFGOOD2', 'SFODD3'].map((no) =>
          expect.stringMatching(`^delivery/sf/sf/${no}/`),
        ),
      },
    ],
  });
  const [{ workflow_ids: ids } = { workflow_ids: [] }] = json['webhooks'] as { workflow_ids: string[] }[];
  const started = await Promise.all(ids.map((id) => updateOf(id)));
  expect(started.map(({ events }) => events[0]?.status)).toEqual(['delivered', 'delivered', null]);

  const { text } = await channels.get('/metrics');
  expect(text).toContain('waybell_webhook_flaws_total{source="sf",kind="row-unusable"} 1\n');
  expect(text).toMatch(/^waybell_webhooks_total\{source="sf",result="accepted"\} \d+$/m);
});
