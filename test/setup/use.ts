import { afterAll, beforeAll } from '@jest/globals';

/** What is open in this suite, in the order in which it was opened. */
const open: object[] = [];

/**
 * Opens something before the tests of a suite or of a group, and closes it after them; what was opened after it, and
 * so may need it, is closed before it.
 * @returns an object that has nothing in it until the tests begin
 */
export function use<T extends { close(): Promise<unknown> }>(openIt: () => Promise<T>): T {
  const it = {} as T;
  beforeAll(async () => {
    Object.assign(it, await openIt());
    open.push(it);
  });
  afterAll(async () => {
    while (open.includes(it)) await (open.pop() as T).close();
  });
  return it;
}
