import type { Config } from '../config/config';
import type { Attention } from '../shipment/delivery';
import { DELIVERY_WORKFLOW } from '../workflows/contract';

/** Where the Temporal UI is. */
export type TemporalUi = Pick<Config, 'temporalUiUrl' | 'temporalNamespace'>;

/**
 * Where a person sees a delivery in the Temporal UI. Without a run id the UI goes to the latest run.
 * @returns `null` where nobody has said where the UI is
 */
export function temporalLink(
  { temporalUiUrl, temporalNamespace }: TemporalUi,
  workflowId: string,
  runId?: string,
): string | null {
  if (temporalUiUrl === null) return null;
  const path = [
    'namespaces',
    temporalNamespace,
    'workflows',
    workflowId,
    ...(runId === undefined ? [] : [runId]),
  ];
  return `${temporalUiUrl}/${path.map(encodeURIComponent).join('/')}`;
}

/**
 * Where the console shows all that is known of a parcel.
 * @param consoleUrl where operators open it
 */
export function consoleLink(consoleUrl: string, trackingNo: string): string {
  return `${consoleUrl}?${new URLSearchParams({ name: trackingNo }).toString()}`;
}

/**
 * The list of deliveries in the Temporal UI, without sweeps; of those that wait for one thing where
 * it is given.
 * @returns `null` where nobody has said where the UI is
 */
export function deliveriesLink(
  { temporalUiUrl, temporalNamespace }: TemporalUi,
  attention?: Attention,
): string | null {
  if (temporalUiUrl === null) return null;
  const query = [
    `WorkflowType="${DELIVERY_WORKFLOW}"`,
    ...(attention === undefined ? [] : [`Attention="${attention}"`, 'ExecutionStatus="Running"']),
  ].join(' AND ');
  const namespace = encodeURIComponent(temporalNamespace);
  return `${temporalUiUrl}/namespaces/${namespace}/workflows?query=${encodeURIComponent(query)}`;
}
