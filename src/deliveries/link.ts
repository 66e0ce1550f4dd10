import type { Config } from '../config/config';

/** Where the Temporal UI is. */
export type TemporalUi = Pick<Config, 'temporalUiUrl' | 'temporalNamespace'>;

/** Where a person sees a delivery in the Temporal UI. Without a run id the UI goes to the latest run. */
export function temporalLink(
  { temporalUiUrl, temporalNamespace }: TemporalUi,
  workflowId: string,
  runId?: string,
): string {
  const path = [
    'namespaces',
    temporalNamespace,
    'workflows',
    workflowId,
    ...(runId === undefined ? [] : [runId]),
  ];
  return `${temporalUiUrl}/${path.map(encodeURIComponent).join('/')}`;
}
