import { deliveryWorkflowId } from '../sources/update-identity';
import type { Journal } from './journal';
import type { Delivery } from './journal-entry';

/** What a journal holds, without the bytes of the webhooks. */
export interface JournalContents {
  /** What the archive lacks, or Temporal; each webhook once. */
  readonly webhooks: readonly KeptWebhook[];
  /** Workflow ids of deliveries that Temporal was not given yet. */
  readonly notHandedOver: ReadonlySet<string>;
}

export interface KeptWebhook {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly workflowIds: readonly string[];
}

/** Webhooks per page; those that the archive lacks come with their bytes, a megabyte at most. */
const PAGE = 50;

/** Reads the whole journal: little, unless PostgreSQL or Temporal is away. */
export async function readJournal(journal: Journal): Promise<JournalContents> {
  const webhooks = new Map<string, KeptWebhook>();
  const keep = ({ id, receivedAt, updates }: Delivery): readonly string[] => {
    const workflowIds = updates.map((update) => deliveryWorkflowId(update));
    webhooks.set(id, { id, receivedAt, workflowIds });
    return workflowIds;
  };
  // In this order: what comes in between is found as not handed over, never as handed over too early.
  await eachPage((after) => journal.unarchived(PAGE, after), keep);
  const notHandedOver = new Set<string>();
  await eachPage(
    (after) => journal.deliveries(PAGE, after),
    (delivery) => {
      for (const workflowId of keep(delivery)) notHandedOver.add(workflowId);
    },
  );
  return { webhooks: [...webhooks.values()], notHandedOver };
}

async function eachPage<T extends { readonly id: string }>(
  read: (after?: string) => Promise<T[]>,
  use: (one: T) => void,
): Promise<void> {
  let page = await read();
  while (page.length > 0) {
    page.forEach(use);
    page = await read(page.at(-1)?.id);
  }
}
