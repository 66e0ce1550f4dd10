import type { Client } from '@temporalio/client';
import { findGrpcError } from './temporal-away';
import { DELIVERY_WORKFLOW } from '../workflows/contract';

/** gRPC status of a query that the server cannot read. */
const INVALID_ARGUMENT = 3;
const PAGE_SIZE = 500;

/** What a person wrote is no query of Temporal's list of workflows. */
export class QueryMalformedError extends Error {
  override readonly name = 'QueryMalformedError';
}

export interface DeliveryPage {
  /** The same delivery may come again, once for each of its runs. */
  readonly workflowIds: readonly string[];
  /** Where the next page begins; `null` at the end. */
  readonly next: string | null;
}

/**
 * How many runs of deliveries a query finds.
 * @throws {QueryMalformedError} with the words of the server
 */
export async function countDeliveries(temporal: Client, query: string): Promise<number> {
  try {
    // Alone, too: a query with brackets of its own could reach out of ours.
    await temporal.workflow.count(query);
    return (await temporal.workflow.count(deliveriesOnly(query))).count;
  } catch (error) {
    const words = findGrpcError(error, [INVALID_ARGUMENT])?.details;
    throw words === undefined ? error : new QueryMalformedError(words, { cause: error });
  }
}

/** Deliveries that a query finds, one page. */
export async function listDeliveries(
  temporal: Client,
  query: string,
  from: string | null,
  pageSize = PAGE_SIZE,
): Promise<DeliveryPage> {
  const { executions, nextPageToken } = await temporal.workflowService.listWorkflowExecutions({
    namespace: temporal.options.namespace,
    query: deliveriesOnly(query),
    pageSize,
    nextPageToken: from === null ? null : Buffer.from(from, 'base64'),
  });
  const deliveries = executions.filter(({ type }) => type?.name === DELIVERY_WORKFLOW);
  return {
    workflowIds: deliveries.map(({ execution }) => execution?.workflowId ?? ''),
    next: nextPageToken.length === 0 ? null : Buffer.from(nextPageToken).toString('base64'),
  };
}

function deliveriesOnly(query: string): string {
  return `(${query}) AND WorkflowType="${DELIVERY_WORKFLOW}"`;
}
