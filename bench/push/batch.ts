/** Pushes that are sent in one go, each to a phone of its own. */
export interface Batch {
  /** Another one each time: a push that comes late is not taken for one of the next batch. */
  readonly number: number;
  readonly count: number;
}

/** What every push says: as long as the text of a parcel is. */
export const TITLE = '快递已签收';
export const CONTENT = '【杭州市】您的包裹已送达，签收人：本人。如有疑问请联系快递员。';

const BATCH_DIGITS = 8;
const INDEX_DIGITS = 56;

/** What the batch's phones are called: 64 hex digits suit every provider, and APNs takes nothing else. */
export function targetOf({ number }: Batch, index: number): string {
  return hex(number, BATCH_DIGITS) + hex(index, INDEX_DIGITS);
}

/** What is wrong with the pushes that came; nothing when every phone of the batch got exactly one. */
export function problemsOf(batch: Batch, targets: readonly string[]): string[] {
  const expected = new Set(Array.from({ length: batch.count }, (_, index) => targetOf(batch, index)));
  const came = new Set(targets);
  const problems = {
    'never came': [...expected].filter((target) => !came.has(target)).length,
    'came twice': targets.length - came.size,
    'are none of ours': [...came].filter((target) => !expected.has(target)).length,
  };
  return Object.entries(problems)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} of ${batch.count} pushes ${what}`);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
