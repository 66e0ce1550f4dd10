import type { Client } from '@temporalio/client';

const DEADLINE_EXCEEDED = 4;

/** The client of a server that does what it is asked, and answers too late: every call under a deadline after the first `inTime`. */
export function answersLate(client: Client, inTime: number): Client {
  let calls = 0;
  const withDeadline = async <T>(deadline: number | Date, ask: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls <= inTime) return client.withDeadline(deadline, ask);
    await ask();
    throw Object.assign(new Error('Deadline exceeded'), {
      ...{ code: DEADLINE_EXCEEDED, details: 'Deadline exceeded', metadata: {} },
    });
  };
  return Object.assign(Object.create(client) as Client, { withDeadline });
}
