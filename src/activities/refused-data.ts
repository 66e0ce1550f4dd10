import { ApplicationFailure } from '@temporalio/common';
import { activityInfo } from '@temporalio/activity';
import pg from 'pg';
import type { FailureType } from '../errors';
import { DATA_REFUSED } from '../shipment/end-reason';

/** Classes of SQLSTATE that speak of the data: 22, a value that its column cannot hold; 23, a rule of a table. */
const ABOUT_DATA = /^2[23]/;
/** Another try of the same step may have written the row just now: the next one finds it. */
const UNIQUE_VIOLATION = '23505';
const MOST_TRIES = 5;

type Step = (...args: never[]) => Promise<unknown>;

/** The step, where what the database refuses because of the data itself is final: another try is refused too. */
export function finalOnRefusedData<S extends Step>(step: S): S {
  const guarded = async (...args: Parameters<S>): Promise<unknown> => {
    try {
      return await step(...args);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || !ABOUT_DATA.test(error.code ?? '')) throw error;
      if (error.code === UNIQUE_VIOLATION && activityInfo().attempt < MOST_TRIES) throw error;
      throw ApplicationFailure.create({
        type: DATA_REFUSED satisfies FailureType,
        nonRetryable: true,
        message: `the database refuses the data (${error.code}): ${error.message}`,
        cause: error,
      });
    }
  };
  return guarded as unknown as S;
}
