import type { WorkflowHandle } from '@temporalio/client';

/** How often a history names a push, by the way that it took. */
export async function pushesIn(handle: WorkflowHandle): Promise<{ near: number; far: number }> {
  const events = (await handle.fetchHistory()).events ?? [];
  const names = events.map(
    ({ markerRecordedEventAttributes: marker, activityTaskScheduledEventAttributes: task }) => {
      const near = marker?.details?.['data']?.payloads?.[0]?.data;
      if (near && Buffer.from(near).toString().includes('"pushToDevice"')) return 'near';
      return task?.activityType?.name === 'pushToDevice' ? 'far' : 'other';
    },
  );
  const count = (way: string): number => names.filter((name) => name === way).length;
  return { near: count('near'), far: count('far') };
}
