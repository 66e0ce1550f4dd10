import { openJournalStore } from '../../src/intake/journal-store';

export const EARLIER_ID = '20260302T102000000Z-000001-9f3c21aa';

const UPDATE = `{"source":"kuaidi100","carrier":"yto","trackingNo":"YT1234","events":[{"key":"id:e-1","time":"2026-03-02T02:00:00.000Z","status":"delivered","rawStatus":"3","text":"已签收"}],"state":"3"}`;

/** The id of its delivery, as the version before has told the sender. */
export const EARLIER_WORKFLOW_ID = 'delivery/kuaidi100/yto/YT1234/8acabc697ca90775758d';

/** Leaves one webhook in a journal, byte for byte as earlier versions wrote it: without workflow ids. */
export async function keepAsEarlierVersion(folder: string): Promise<void> {
  const store = await openJournalStore(folder);
  const put = (key: string, value: string) => ({ type: 'put', key, value: Buffer.from(value) }) as const;
  await store.write(
    [
      put(
        `raw:${EARLIER_ID}`,
        `{"id":"${EARLIER_ID}","receivedAt":1772446800000,"updates":[${UPDATE}],"source":"kuaidi100","channel":"main","mediaType":"application/x-www-form-urlencoded","flaws":[],"body":"AP8l"}`,
      ),
      put(
        `delivery:${EARLIER_ID}`,
        `{"id":"${EARLIER_ID}","receivedAt":1772446800000,"updates":[${UPDATE}]}`,
      ),
    ],
    true,
  );
  await store.close();
}
