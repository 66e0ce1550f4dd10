import type { Config } from '../config/config';

/** Where a person sees a delivery in the Temporal UI. Without a run id the UI goes to the latest run. */
export function temporalLink(
  { temporalUiUrl, temporalNamespace }: Pick<Config, 'temporalUiUrl' | 'temporalNamespace'>,
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
