/** Runs something `count` times, `limit` at a time: the next one begins as soon as one has ended. */
export async function keepInFlight<Result>(
  limit: number,
  count: number,
  run: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < count) {
      const index = begun;
      begun += 1;
      results.push(await run(index));
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  return results;
}
