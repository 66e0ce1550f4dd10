import { Client, Connection } from '@temporalio/client';

/** Where Temporal answers, and for whom. */
export interface TemporalPlace {
  readonly temporalAddress: string;
  readonly namespace?: string;
}

/** What Temporal tells of many workflows at once. */
export interface Visibility {
  /** How many of a type have ended well, of them only those with so many events. */
  ended(type: string, events?: number): Promise<number>;
  /** When Temporal began each delivery that began since then, by its tracking number; milliseconds of the clock. */
  startsSince(since: number): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

export async function openVisibility({ temporalAddress, namespace }: TemporalPlace): Promise<Visibility> {
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection, ...(namespace !== undefined && { namespace }) });
  return {
    async ended(type, events) {
      const ofLength = events === undefined ? '' : ` AND HistoryLength = ${events}`;
      const query = `WorkflowType = '${type}' AND ExecutionStatus = 'Completed'${ofLength}`;
      return (await client.workflow.count(query)).count;
    },
    async startsSince(since) {
      const query = `WorkflowType = 'DeliveryNotification' AND StartTime >= '${new Date(since).toISOString()}'`;
      const starts = new Map<string, number>();
      for await (const { workflowId, startTime } of client.workflow.list({ query, pageSize: 1_000 })) {
        // delivery/<source>/<carrier>/<tracking no>/<digest>
        starts.set(workflowId.split('/')[3] ?? '', startTime.getTime());
      }
      return starts;
    },
    close: () => connection.close(),
  };
}
