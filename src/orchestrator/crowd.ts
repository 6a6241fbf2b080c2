import pLimit from 'p-limit';

/**
 * Does something with each item, so many at once; one that fails stops none of the others.
 *
 * @throws the first failure, after all have ended.
 */
export async function crowd<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const limit = pLimit(concurrency);
  const results = await Promise.allSettled(items.map((item) => limit(() => work(item))));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
